import type { Topics } from "../../define/catalog.ts";
import type { BusEvent } from "../../define/event.ts";
import { maskMade, maskText, maskWords, secretText } from "../../define/mask.ts";
import { scalarsIn } from "../../define/marked-values.ts";
import { replaceStandIns, type SealedSecrets } from "../../define/sealed.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import { lookAt } from "../../vault/look.ts";
import type { Vault } from "../../vault/vault-port.ts";
import type { DeadLetterDetail, DeadLetterView } from "./dead-letter-view.ts";
import { isAddressMasked, maskedWords, withoutAddress } from "../masked.ts";
import { type AnyContent, isCallback, isDelivery } from "../any-content.ts";
import { personalIn } from "../personal-words.ts";

export interface DeadLetterSightOptions {
  readonly topics: Topics;
  readonly vault: Pick<Vault, "look">;
  readonly log: Pick<TopicLog, "find">;
}

/** A dead letter's data in the two ways in which people see it; secrets are in neither. */
export interface SeenData {
  readonly clear: unknown;
  readonly masked: unknown;
  /** What is masked wherever it stands in words about it. */
  readonly personal: readonly string[];
}

export type DeadLetterSight = ReturnType<typeof deadLetterSight>;

/** What people see of dead letters: secrets never, personal data masked unless it is `open`. */
export function deadLetterSight({ topics, vault, log }: DeadLetterSightOptions) {
  const topicOf = (type: string | undefined) => Object.values(topics).find(({ name }) => name === type);
  const anyMarks = Object.values(topics).some(({ marks }) => marks !== undefined);
  const isMarked = ({ event, queue }: Pick<DeadLetterView, "event" | "queue">): boolean =>
    queue === "callbacks" ? anyMarks : topicOf(event?.type)?.marks !== undefined;

  const ofView = <View extends DeadLetterView>(view: View, open: boolean, personal: readonly string[] = []): View => {
    const { to, stack, subscriber } = view;
    if (open) return view;
    if (!isMarked(view)) return to !== undefined && isAddressMasked(view.queue, false) ? withoutAddress(view, to) : view;
    const known = to === undefined || to === subscriber ? personal : [to, ...personal];
    return {
      ...maskedWords(view, known),
      to: to === undefined || to === subscriber ? to : maskText(to),
      stack: stack.map((line) => maskWords(line, known)),
    };
  };

  /** The values of its event tell what may be shown of the data that was made of it; of an event that is not kept any more, nothing may. */
  const eventOf = async ({ event }: Pick<DeadLetterView, "event">) => {
    if (event === undefined) return undefined;
    const found = await log.find(event.id, { topics: [event.type], time: Date.parse(event.time) });
    const [looked] = found === undefined ? [] : await vault.look([found.entry.json]);
    return looked instanceof Error ? undefined : looked;
  };

  /** Of a handler, of `routing` and of `audiences`, it is the whole event; undefined where it cannot be opened. */
  const seen = async (view: Pick<DeadLetterView, "event" | "queue">, content: AnyContent, data: unknown): Promise<SeenData | undefined> => {
    if (!isMarked(view)) return { clear: data, masked: data, personal: [] };
    if (isCallback(content)) return { clear: data, masked: JSON.parse(maskWords(JSON.stringify(data ?? null))), personal: [] };
    if (isDelivery(content) && content.channel !== "handler") {
      const clear = withoutSecrets(data, content.sealed);
      const looked = await eventOf(view);
      return { clear, masked: maskMade(clear, looked?.open ?? new Set()), personal: looked?.personal ?? scalarsIn(clear) };
    }
    const [looked] =
      "json" in content ? await vault.look([content.json]) : [lookAt(topicOf(content.event.type), content.event as BusEvent)];
    return looked === undefined || looked instanceof Error ? undefined : looked;
  };

  return {
    /** For lists: of what the event says, what the letter itself has is masked in its words. */
    ofLetter: (view: DeadLetterView, content: AnyContent, open: boolean): DeadLetterView =>
      ofView(view, open, open ? [] : personalIn(topicOf(view.event?.type), content)),
    seen,

    async ofDetail(detail: DeadLetterDetail, content: AnyContent, open: boolean): Promise<DeadLetterDetail> {
      if (!isMarked(detail)) return { ...ofView(detail, open), data: detail.data };
      const found = await seen(detail, content, detail.data);
      // What cannot be read is shown to nobody: it may hold anything.
      if (found === undefined) return { ...ofView(detail, open), data: "it cannot be opened" };
      const { clear, masked, personal } = found;
      const shown = ofView(detail, open, personal);
      return { ...shown, data: open ? clear : masked, rendered: renderedFor(detail.rendered, open ? [] : personal) };
    },
  };
}

/** A message with its secrets hidden, and these values masked; a template may say a part of a name. Pure. */
function renderedFor(rendered: DeadLetterDetail["rendered"], personal: readonly string[]): DeadLetterDetail["rendered"] {
  const values = [...new Set(personal.flatMap((value) => [value, ...value.split(/\s+/)]))];
  const text = (given: string): string => {
    const hidden = given.replaceAll(/busbar-sealed(?::|%3A)[\w-]{16}/g, secretText);
    return values.length === 0 ? hidden : maskWords(hidden, values);
  };
  if (rendered === undefined) return undefined;
  if ("problem" in rendered) return { problem: text(rendered.problem) };
  return { fields: Object.fromEntries(Object.entries(rendered.fields).map(([name, value]) => [name, text(value)])) };
}

function withoutSecrets(data: unknown, secrets: SealedSecrets | undefined): unknown {
  return secrets === undefined ? data : replaceStandIns(data, secrets, () => secretText);
}
