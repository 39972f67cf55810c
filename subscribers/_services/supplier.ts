import { PermanentError } from "../../src/index.ts";
import type { Product } from "./inventory.ts";

export interface SupplierPage {
  readonly products: readonly Product[];
  readonly total: number;
  /** Where the next page begins; undefined after the last one. */
  readonly next: number | undefined;
}

export interface SupplierQuery {
  /** Only what changed since then, RFC 3339; undefined: everything. */
  readonly since: string | undefined;
  readonly cursor: number | undefined;
  readonly signal: AbortSignal;
}

/** The systems of those whom the shop buys from. */
export interface Supplier {
  /** @throws PermanentError when there is no such supplier */
  page(supplier: string, query: SupplierQuery): Promise<SupplierPage>;
}

const name = "nilgiri-traders";
const pageSize = 50;
const kinds = ["Nilgiri winter tea", "Assam second flush tea", "Darjeeling first flush tea", "Malabar pepper", "Coorg coffee beans"];

/** One supplier with 120 invented products, of which one changes every hour. */
export function memorySupplier(): Supplier {
  const all = Array.from({ length: 120 }, (_, index) => ({
    product: product(index),
    changedAt: Date.UTC(2025, 9, 13) + index * 3_600_000,
  }));
  return {
    async page(supplier, { since, cursor = 0, signal }) {
      signal.throwIfAborted();
      if (supplier !== name) throw new PermanentError(`there is no supplier "${supplier}"`);
      const changed = all.filter(({ changedAt }) => since === undefined || changedAt >= Date.parse(since));
      const products = changed.slice(cursor, cursor + pageSize).map((entry) => entry.product);
      const end = cursor + products.length;
      return { products, total: changed.length, next: end < changed.length ? end : undefined };
    },
  };
}

function product(index: number): Product {
  const grams = [100, 250, 500, 1_000][index % 4]!;
  const kind = kinds[index % kinds.length]!;
  const sku = `NT-${String(index + 1).padStart(4, "0")}`;
  return { sku, supplier: name, name: `${kind}, ${grams} g`, price: grams * 1.2, stock: (index * 37) % 200 };
}
