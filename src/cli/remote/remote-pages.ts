import type { Query, ServerApi } from "./server-api.ts";

export interface AskedPages<Page, Item> {
  readonly path: string;
  readonly query?: Query;
  /** So many at most, over as many requests as it takes. Default: all. */
  readonly count?: number | undefined;
  /** Where it begins. */
  readonly cursor?: string | undefined;
  /** Of one request. Default 500. */
  readonly most?: number;
  readonly itemsOf: (page: Page) => readonly Item[];
}

/** Pages of a list, and the items of all of them; what the last one says, such as its `next`, holds. */
export async function askedPages<Page extends { readonly next?: string }, Item>(
  api: ServerApi,
  { path, query, count = Number.MAX_SAFE_INTEGER, cursor, most = 500, itemsOf }: AskedPages<Page, Item>,
): Promise<{ readonly last: Page; readonly items: readonly Item[] }> {
  const items: Item[] = [];
  for (let from = cursor; ;) {
    const last = await api.get<Page>(path, { ...query, count: Math.min(most, count - items.length), cursor: from });
    items.push(...itemsOf(last));
    if (last.next === undefined || items.length >= count) return { last, items };
    from = last.next;
  }
}
