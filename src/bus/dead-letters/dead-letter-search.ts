import { type Kind, type LetterPlace, newestFirst, type Span } from "../../queues/dead-letter-index.ts";
import type { DeadLetter } from "../../queues/delivery-queue.ts";
import { recipientHash } from "./dead-letter-facets.ts";
import type { LetterChoice } from "./dead-letter-filter.ts";
import type { AnyContent } from "../any-content.ts";
import { namedQueue } from "../named-queues.ts";
import type { LazyParts } from "../parts.ts";

export interface FoundPlace extends LetterPlace {
  readonly queue: string;
}

export interface FoundLetter {
  readonly queue: string;
  readonly letter: DeadLetter<AnyContent>;
}

/** How many letters of one kind there are. */
export interface KindSpan extends Span {
  readonly queue: string;
  readonly kind: Kind;
}

/** Finds dead letters by what the index knows, over all queues. */
export interface DeadLetterSearch {
  /** The newest first; what a page names may be gone when it is asked for. */
  places(choice: LetterChoice, page: { readonly count: number; readonly after?: LetterPlace | undefined }): Promise<readonly FoundPlace[]>;
  /** The letters of these places that are still there, in their order. */
  letters(places: readonly FoundPlace[]): Promise<readonly FoundLetter[]>;
  /** Those kinds of which there are any. */
  spans(choice: LetterChoice): Promise<readonly KindSpan[]>;
}

export function deadLetterSearch({ queues, secret }: Pick<LazyParts, "queues"> & { readonly secret: string }): DeadLetterSearch {
  const indexOf = (queue: string) => namedQueue(queues(), queue).index;

  const kindsOf = async (queue: string, { isMeant }: LetterChoice): Promise<readonly Kind[]> => {
    await indexOf(queue).catchUp();
    const kinds = await indexOf(queue).kinds();
    return isMeant === undefined ? kinds : kinds.filter(isMeant);
  };

  /** All letters to somebody are few enough to be looked through. */
  const toRecipient = async (queue: string, choice: LetterChoice) => {
    const kinds = new Map((await kindsOf(queue, choice)).map((kind) => [kind.key, kind]));
    const { from, to } = choice.range;
    const found = await indexOf(queue).ofRecipient(recipientHash(secret, choice.recipient!));
    return found.flatMap(({ id, at, kind: key }) => {
      const kind = kinds.get(key);
      return kind !== undefined && at >= from && at <= to ? [{ id, at, queue, kind }] : [];
    });
  };

  return {
    async places(choice, { count, after }) {
      const found = await inEach(choice.queues, async (queue): Promise<readonly FoundPlace[]> => {
        if (choice.recipient !== undefined) {
          const all = await toRecipient(queue, choice);
          return all.filter((place) => after === undefined || newestFirst(after, place) < 0).slice(0, count);
        }
        const kinds = choice.isMeant === undefined ? undefined : await kindsOf(queue, choice);
        if (kinds?.length === 0) return [];
        return (await indexOf(queue).page(kinds, { ...choice.range, count, after })).map((place) => ({ ...place, queue }));
      });
      return found
        .map(({ id, at, queue }) => ({ id, at, queue }))
        .toSorted(newestFirst)
        .slice(0, count);
    },

    async letters(places) {
      const byQueue = groupedBy(places, ({ queue }) => queue);
      const found = await inEach([...byQueue.keys()], async (queue) => {
        const letters = await namedQueue(queues(), queue).deadLettersOf(byQueue.get(queue)!.map(({ id }) => id));
        return letters.map((letter) => ({ queue, letter }));
      });
      const order = new Map(places.map(({ id }, index) => [id, index]));
      return found.toSorted((a, b) => order.get(a.letter.content.id)! - order.get(b.letter.content.id)!);
    },

    spans: (choice) =>
      inEach(choice.queues, async (queue): Promise<readonly KindSpan[]> => {
        if (choice.recipient !== undefined) {
          const byKind = groupedBy(await toRecipient(queue, choice), ({ kind }) => kind);
          return [...byKind].map(([kind, places]) => ({ queue, kind, count: places.length, first: places.at(-1)!, last: places[0]! }));
        }
        const kinds = await kindsOf(queue, choice);
        const spans = await indexOf(queue).spans(kinds, choice.range);
        return kinds.flatMap((kind, index) => (spans[index] === undefined ? [] : [{ queue, kind, ...spans[index] }]));
      }),
  };
}

async function inEach<T>(names: readonly string[], ask: (queue: string) => Promise<readonly T[]>): Promise<T[]> {
  return (await Promise.all(names.map(ask))).flat();
}

function groupedBy<Element, Key>(elements: readonly Element[], keyOf: (element: Element) => Key): Map<Key, Element[]> {
  const groups = new Map<Key, Element[]>();
  for (const element of elements) {
    const group = groups.get(keyOf(element));
    if (group === undefined) groups.set(keyOf(element), [element]);
    else group.push(element);
  }
  return groups;
}
