import type { Topics } from "../define/catalog.ts";
import type { BusEvent } from "../define/event.ts";
import { maskMade, maskText, maskWords, secretText } from "../define/mask.ts";
import { replaceStandIns, type SealedSecrets } from "../define/sealed.ts";
import type { TopicLog } from "../log/topic-log.ts";
import { lookAt } from "../vault/look.ts";
import type { Vault } from "../vault/vault-port.ts";
import type { DeadLetterDetail, DeadLetterView } from "./dead-letter-view.ts";
import { maskedWords } from "./masked.ts";
import { type AnyContent, isCallback, isDelivery } from "./named-queues.ts";

export interface DeadLetterSightOptions {
  readonly topics: Topics;
  readonly vault: Pick<Vault, "look">;
  readonly log: Pick<TopicLog, "find">;
}

/** What people see of dead letters: secrets never, personal data masked unless it is `open`. */
export function deadLetterSight({ topics, vault, log }: DeadLetterSightOptions) {
  const topicOf = (type: string | undefined) => Object.values(topics).find(({ name }) => name === type);
  const anyMarks = Object.values(topics).some(({ marks }) => marks !== undefined);
  const isMarked = ({ event, queue }: DeadLetterView): boolean =>
    queue === "callbacks" ? anyMarks : topicOf(event?.type)?.marks !== undefined;

  const ofView = <View extends DeadLetterView>(view: View, open: boolean, personal: readonly string[] = []): View => {
    if (open || !isMarked(view)) return view;
    const { to, stack, subscriber } = view;
    const known = to === undefined || to === subscriber ? personal : [to, ...personal];
    return {
      ...maskedWords(view, known),
      to: to === undefined || to === subscriber ? to : maskText(to),
      stack: stack.map((line) => maskWords(line, known)),
    };
  };

  /** The values of its event tell what may be shown of the data that was made of it; of an event that is not kept any more, nothing may. */
  const eventOf = async ({ event }: DeadLetterView) => {
    if (event === undefined) return undefined;
    const found = await log.find(event.id, { topics: [event.type], time: Date.parse(event.time) });
    const [looked] = found === undefined ? [] : await vault.look([found.entry.json]);
    return looked instanceof Error ? undefined : looked;
  };

  return {
    ofView,

    async ofDetail(detail: DeadLetterDetail, content: AnyContent, open: boolean): Promise<DeadLetterDetail> {
      if (!isMarked(detail)) return detail;
      if (isCallback(content)) return open ? detail : { ...ofView(detail, open), data: maskedCallback(detail.data) };
      if (isDelivery(content) && content.channel !== "handler") {
        const data = withoutSecrets(detail.data, content.sealed);
        if (open) return { ...detail, data };
        const looked = await eventOf(detail);
        return { ...ofView(detail, open, looked?.personal), data: maskMade(data, looked?.open ?? new Set()) };
      }
      const [looked] =
        "json" in content ? await vault.look([content.json]) : [lookAt(topicOf(content.event.type), content.event as BusEvent)];
      // What cannot be read is shown to nobody: it may hold anything.
      if (looked === undefined || looked instanceof Error) return { ...ofView(detail, open), data: "it cannot be opened" };
      return { ...ofView(detail, open, looked.personal), data: open ? looked.clear : looked.masked };
    },
  };
}

function withoutSecrets(data: unknown, secrets: SealedSecrets | undefined): unknown {
  return secrets === undefined ? data : replaceStandIns(data, secrets, () => secretText);
}

function maskedCallback(data: unknown): unknown {
  return JSON.parse(maskWords(JSON.stringify(data ?? null))) as unknown;
}
