import { BusbarError, messageOf } from "../../base/errors.ts";
import type { Catalog } from "../../define/catalog.ts";
import type { Logger } from "../../base/logger.ts";
import type { Delivery } from "../../define/delivery.ts";
import type { Vault } from "../../vault/vault-port.ts";
import { bulkOperations, type BulkOperations } from "../bulk/bulk.ts";
import type { BulkStore } from "../bulk/bulk-operation.ts";
import { type By, byText } from "../by.ts";
import { rendered, type Rendered, type Rendering } from "../replay/render.ts";
import { withData } from "./dead-letter-edit.ts";
import { type DeadLetterFilter, letterChoice, selectionOf } from "./dead-letter-filter.ts";
import { groupsOf, groupView, partsOf, sampleOf, totalOf } from "./dead-letter-groups.ts";
import { dataOf, deadLetterView } from "./dead-letter-views.ts";
import { deadLetterSearch, type FoundLetter, type FoundPlace } from "./dead-letter-search.ts";
import { deadLetterSight, type DeadLetterSightOptions } from "./dead-letter-sight.ts";
import { type DeadLetterVerbs, deadLetterVerbs, gone, sentMeanwhile, type VerbEnd } from "./dead-letter-verbs.ts";
import type { DeadLetterDetail, DeadLetterGroups, DeadLetterPage, DeadLetterPreview } from "./dead-letter-view.ts";
import { cursorOf, placeOf } from "./letter-cursor.ts";
import { type AnyContent, isDelivery } from "../any-content.ts";
import { notInCode } from "./not-in-code.ts";
import { namedQueue, queueNames } from "../named-queues.ts";
import type { LazyParts } from "../parts.ts";
import { verbRecorder } from "../recorder.ts";
import { recordView, type View } from "../view.ts";

/** Looks at dead letters, mends them, queues them again, and gives them up. Connects with its first question. Personal data is masked unless a `View` says who sees it. */
export interface DeadLetters {
  /**
   * The newest first.
   * @param selection.count at most so many; 100 by default
   * @param selection.cursor `next` of the page before
   * @throws BusbarError `UNKNOWN_QUEUE`, `INVALID_CURSOR` or `INVALID_DEAD_LETTERS`
   */
  list(
    selection?: DeadLetterFilter & View & { readonly count?: number | undefined; readonly cursor?: string | undefined },
  ): Promise<DeadLetterPage>;
  /**
   * Those of one cause together, the largest group first.
   * @param selection.count at most so many groups; 50 by default
   */
  groups(selection?: DeadLetterFilter & View & { readonly count?: number | undefined }): Promise<DeadLetterGroups>;
  /** How many are meant, and the newest ten of them; nothing is changed. */
  preview(selection?: DeadLetterFilter & View): Promise<DeadLetterPreview>;
  /** Undefined where no dead letter has this id. */
  show(id: string, view?: View): Promise<DeadLetterDetail | undefined>;
  /** How many there are in each queue. */
  counts(): Promise<Readonly<Record<string, number>>>;
  /**
   * Gives a dead letter other data: a template's data, a webhook's body, or the payload of its event. Its address, and so its id, stays. What is given back as it was
   * shown, masked or not, stays what it was.
   * @returns the paths of what changed, or everything that is wrong, each with its path
   */
  edit(
    id: string,
    data: unknown,
    by?: By,
  ): Promise<{ readonly changed: readonly string[] } | { readonly known: boolean; readonly problems: readonly string[] }>;
  /**
   * Queues dead letters again, each with all its attempts. Done twice, it does nothing the second time. What was sent meanwhile is not sent, and what the code
   * of this build has no subscriber or route for stays a dead letter.
   * @returns one sentence for each that was not redriven, besides the ids of those that were
   */
  redrive(ids: readonly string[], by?: By): Promise<{ readonly redriven: readonly string[]; readonly refused: readonly Refused[] }>;
  /**
   * Takes dead letters away for good; the time line of a delivery says by whom and why.
   * @returns one sentence for each that was not discarded, besides the ids of those that were
   * @throws BusbarError `INVALID_DEAD_LETTERS` without a reason
   */
  discard(ids: readonly string[], by: By): Promise<{ readonly discarded: readonly string[]; readonly refused: readonly Refused[] }>;
  /** The same for many by a filter, as stored operations. */
  readonly bulk: BulkOperations;
  /** Makes the index anew that the searches ask, of the dead letters themselves; says how many they are, by queue. */
  rebuild(by?: By): Promise<Readonly<Record<string, number>>>;
}

export interface Refused {
  readonly id: string;
  readonly reason: string;
}

export interface DeadLettersOptions extends Pick<LazyParts, "queues" | "ledger" | "audit" | "locks">, DeadLetterSightOptions {
  readonly vault: Pick<Vault, "look" | "clear" | "seal" | "settle">;
  readonly catalog: () => Promise<Catalog>;
  /** False where the bus was given no subscribers, as one that only publishes: what is in the code is not known then. */
  readonly knowsCode: boolean;
  readonly rendering: () => Promise<Rendering>;
  readonly bulkStore: () => BulkStore;
  /** What addresses are hashed with. */
  readonly secret: string;
  readonly logger: Logger;
}

/** With `stop`, for whoever wires it. */
export function deadLetters(options: DeadLettersOptions): DeadLetters & { stop(): Promise<void> } {
  const { queues, ledger, audit, catalog, rendering, vault, secret } = options;
  const sight = deadLetterSight(options);
  const search = deadLetterSearch({ queues, secret });
  // Files with errors keep nobody from what he knows of a dead letter: it is not known then which code is there.
  const unusable = async (content: AnyContent): Promise<string | undefined> => {
    const code = options.knowsCode ? await catalog().catch(() => undefined) : undefined;
    return code && notInCode(code, content);
  };
  const verbs = deadLetterVerbs({ queues, ledger, unusable });
  const choiceOf = async (filter: DeadLetterFilter) => {
    // By its oldest name, which is what dead letters carry; one that is gone has that name alone.
    const known = filter.subscriber === undefined ? undefined : await catalog().catch(() => undefined);
    return letterChoice(filter, (name) => known?.subscribers.find((one) => one.name === name)?.identity ?? name);
  };
  const recorded = verbRecorder(audit);
  const bulk = bulkOperations({ ...options, recorded, search, verbs, store: options.bulkStore, choiceOf });

  const find = async (id: string): Promise<FoundLetter | undefined> => {
    for (const queue of queueNames) {
      const letter = await namedQueue(queues(), queue).deadLetter(id);
      if (letter !== undefined) return { queue, letter };
    }
    return undefined;
  };
  /** An application that cannot be put together makes nothing of it; all else about the letter is known without it. */
  const madeNow = (delivery: Delivery): Promise<Rendered> =>
    rendering().then(
      (parts) => rendered(parts, delivery),
      (error: unknown) => ({ problem: messageOf(error) }),
    );
  const viewOf = (open: boolean) => (found: FoundLetter) => sight.ofLetter(deadLetterView(secret, found), found.letter.content, open);
  const viewsOf = async (places: readonly FoundPlace[], open: boolean) => (await search.letters(places)).map(viewOf(open));
  const each = async (verb: "redrive" | "discard", ids: readonly string[], by: By) => {
    const meant: string[] = [];
    for (const id of ids) if ((await find(id)) !== undefined) meant.push(id);
    const of = meant.length > 10 ? `${meant.length} dead letters, ${meant[0]!} the first` : meant.join(", ");
    if (meant.length > 0) await recorded(by, `dead-letters.${verb}`, of);
    const done: string[] = [];
    const refused: Refused[] = [];
    // One by one: a verb over thousands must not hold Redis up.
    for (const id of ids) {
      const end = await actOn(verbs[verb], id, by);
      if (end.kind === "done") done.push(id);
      else refused.push({ id, reason: end.kind === "refused" ? end.reason : sentMeanwhile });
    }
    return { done, refused };
  };
  const actOn = async (act: DeadLetterVerbs["redrive"], id: string, by: By): Promise<VerbEnd> => {
    const found = await find(id);
    return found === undefined ? { kind: "refused", reason: await whyNone(id) } : act(found.queue, found.letter, by);
  };
  /** One that was queued again a moment ago is known by its queue. */
  const whyNone = async (id: string): Promise<string> => {
    for (const name of queueNames) if ((await namedQueue(queues(), name).find(id)) !== undefined) return gone;
    return unknown;
  };

  return {
    async list({ showPii, count = 100, cursor, ...filter } = {}) {
      const choice = await choiceOf(filter);
      const asked = selectionOf(filter);
      const after = placeOf(cursor, asked);
      const open = await recordView(audit, { ...(showPii && { showPii }) }, `dead letters of ${filter.queue ?? "all queues"}`);
      const places = await search.places(choice, { count: count + 1, after });
      const page = places.slice(0, count);
      const next = places.length > count ? { next: cursorOf(page.at(-1)!, asked) } : {};
      return { deadLetters: await viewsOf(page, open), ...next };
    },

    async groups({ showPii, count = 50, ...filter } = {}) {
      const spans = await search.spans(await choiceOf(filter));
      const all = groupsOf(spans);
      const shown = all.slice(0, count);
      const open = await recordView(audit, { ...(showPii && { showPii }) }, `groups of dead letters of ${filter.queue ?? "all queues"}`);
      const found = await search.letters(shown.map(({ newest }) => newest));
      const samples = new Map(found.map((sample) => [sample.letter.content.id, sample]));
      const groups = shown.map((group) => groupView(group, sampleOf(samples.get(group.newest.id), viewOf(open))));
      return { groups, total: totalOf(spans), more: all.length - shown.length };
    },

    async preview({ showPii, ...filter } = {}) {
      const choice = await choiceOf(filter);
      const spans = await search.spans(choice);
      const open = await recordView(audit, { ...(showPii && { showPii }) }, `samples of dead letters of ${filter.queue ?? "all queues"}`);
      return { total: totalOf(spans), parts: partsOf(spans), samples: await viewsOf(await search.places(choice, { count: 10 }), open) };
    },

    async show(id, view = {}) {
      const found = await find(id);
      if (found === undefined) return undefined;
      const { content } = found.letter;
      const open = await recordView(audit, view, `the dead letter ${id}`);
      const timeline = isDelivery(content) ? await ledger().timeline(content) : [];
      const isMessage = isDelivery(content) && content.channel !== "handler" && content.refusal === undefined;
      const made = isMessage ? await madeNow(content) : undefined;
      return sight.ofDetail({ ...deadLetterView(secret, found), data: dataOf(content), rendered: made, timeline }, content, open);
    },

    async counts() {
      const counts = queueNames.map(async (name) => [name, (await namedQueue(queues(), name).counts()).dead] as const);
      return Object.fromEntries(await Promise.all(counts));
    },

    async edit(id, data, by = {}) {
      const found = await find(id);
      if (found === undefined) return { known: false, problems: [unknown] };
      const useless = await unusable(found.letter.content);
      if (useless !== undefined) return { known: true, problems: [useless] };
      const edited = await withData(found.letter.content, data, { catalog: await catalog(), vault, sight });
      if ("problems" in edited) return { known: true, problems: edited.problems };
      const { content, changed } = edited;
      if (changed.length === 0) return { changed };
      // Paths and no values: neither the record nor the time line may say what is personal.
      const what = changed.slice(0, 10).join(", ");
      await recorded(by, "dead-letters.edit", `${id}: ${what}`);
      const queue = namedQueue(queues(), found.queue);
      if (!(await queue.edit(id, content))) return { known: false, problems: [gone] };
      if (isDelivery(content)) await ledger().note(content, { step: "edited", detail: `${what}, ${byText(by)}` });
      return { changed };
    },

    async redrive(ids, by = {}) {
      const { done, refused } = await each("redrive", ids, by);
      return { redriven: done, refused };
    },

    async discard(ids, by) {
      if (!(typeof by.reason === "string" && by.reason.trim() !== ""))
        throw new BusbarError(
          "INVALID_DEAD_LETTERS",
          "Nothing was discarded: say why, as its reason. The time line and the audit record keep it.",
        );
      const { done, refused } = await each("discard", ids, by);
      return { discarded: done, refused };
    },

    bulk,

    async rebuild(by = {}) {
      await recorded(by, "dead-letters.rebuild", "the index of the dead letters");
      const made: [string, number][] = [];
      for (const name of queueNames) made.push([name, await namedQueue(queues(), name).index.rebuild()]);
      return Object.fromEntries(made);
    },

    stop: () => bulk.stop(),
  };
}

const unknown = "no dead letter has this id";
