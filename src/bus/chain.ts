import { timeOfId } from "../base/ids.ts";
import type { Catalog } from "../define/catalog.ts";
import { causeValue } from "../define/cause-value.ts";
import { type BusEvent, decodeEvent } from "../define/event.ts";
import type { TopicLog } from "../log/topic-log.ts";

/** One event of a chain of causes. */
export interface ChainEvent {
  readonly id: string;
  readonly topic: string;
  readonly time: string;
}

export interface CausedEvent extends ChainEvent {
  /** What handlers of this one published. */
  readonly caused: readonly CausedEvent[];
}

/** Where an event stands among those that caused one another. */
export interface Chain {
  /** What caused it, the first cause first; one that is not kept any more ends the chain. */
  readonly causes: readonly ChainEvent[];
  /** What handlers of it published, and so on. */
  readonly caused: readonly CausedEvent[];
  /** There is more than is shown. */
  readonly more: boolean;
}

/** A chain that is longer, or has more events, is cut off: handlers may well go round in circles. */
const mostDeep = 20;
const mostEvents = 100;

export interface ChainOptions {
  readonly log: Pick<TopicLog, "find" | "search">;
  readonly catalog: () => Promise<Catalog>;
}

/** Finds what caused an event, by the ids that events carry, and what it caused, by the search value that each caused event is appended with. */
export function chains({ log, catalog }: ChainOptions): (event: BusEvent) => Promise<Chain> {
  return async (event) => {
    const names = (await catalog()).topics.map(({ name }) => name);
    const seen = new Set([event.id]);
    let more = false;

    const causes: ChainEvent[] = [];
    for (let id = event.causationid; id !== undefined;) {
      if (seen.has(id) || causes.length === mostDeep) {
        more = true;
        break;
      }
      seen.add(id);
      const found = await log.find(id, { topics: names, time: timeOfId(id) });
      if (found === undefined) break;
      const cause = decodeEvent(found.entry.json);
      causes.unshift(linkOf(cause));
      id = cause.causationid;
    }

    const causedBy = async (of: Pick<BusEvent, "id" | "time">, depth: number): Promise<CausedEvent[]> => {
      // Nothing comes before its cause, so no older day has to be looked through.
      const retain = Math.max(0, Date.now() - Date.parse(of.time));
      const found: BusEvent[] = [];
      for await (const { entry } of log.search(
        causeValue(of.id),
        names.map((name) => ({ name, retain })),
      )) {
        const effect = decodeEvent(entry.json);
        if (effect.causationid !== of.id || seen.has(effect.id)) continue;
        if (seen.size >= mostEvents || depth === mostDeep) {
          more = true;
          break;
        }
        seen.add(effect.id);
        found.push(effect);
      }
      const caused: CausedEvent[] = [];
      for (const effect of found.toReversed()) caused.push({ ...linkOf(effect), caused: await causedBy(effect, depth + 1) });
      return caused;
    };
    const caused = await causedBy(event, 0);
    return { causes, caused, more };
  };
}

function linkOf({ id, type, time }: BusEvent): ChainEvent {
  return { id, topic: type, time };
}
