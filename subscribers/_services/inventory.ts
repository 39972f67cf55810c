/** What the shop sells. Prices in rupees. */
export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly price: number;
  readonly stock: number;
  /** Who delivers it, where that is a supplier whose system the shop follows. */
  readonly supplier?: string;
}

/** The shop's products and their stock. Every change sets what it says, so that making it twice changes nothing. */
export interface Inventory {
  /** A product of which there are fewer runs out. */
  readonly lowStock: number;
  readonly warehouse: { readonly id: string; readonly name: string; readonly email: string };
  /** A page in the order of SKUs, which begins after the given one; a short page is the last one. */
  page(options: { readonly after: string | undefined; readonly count: number }): Promise<readonly Product[]>;
  /** Adds and replaces products. */
  put(products: readonly Product[]): Promise<void>;
  /** Sets the stock of known products, and returns the SKUs that are not known. */
  setStock(stock: readonly Pick<Product, "sku" | "stock">[]): Promise<readonly string[]>;
  /** Takes out of the shop what a supplier has not got any more, and says how many products that were. */
  discontinue(options: { readonly supplier: string; readonly except: ReadonlySet<string> }): Promise<number>;
}

const exampleProducts: readonly Product[] = [
  { sku: "KUR-IND-M", name: "Indigo block-print kurta, M", price: 1_499, stock: 22 },
  { sku: "SOAP-NEEM-3", name: "Neem soap, 3 bars", price: 180, stock: 140 },
  { sku: "TEA-ASM-500", name: "Assam second flush tea, 500 g", price: 425, stock: 8 },
  { sku: "TEA-NIL-250", name: "Nilgiri winter tea, 250 g", price: 310, stock: 57 },
];

export function memoryInventory(products: readonly Product[] = exampleProducts): Inventory {
  const bySku = new Map(products.map((product) => [product.sku, product]));
  return {
    lowStock: 25,
    warehouse: { id: "wh_blr", name: "Bengaluru East", email: "stock.bengaluru@example.in" },
    async page({ after = "", count }) {
      const skus = [...bySku.keys()].filter((sku) => sku > after).toSorted();
      return skus.slice(0, count).map((sku) => bySku.get(sku)!);
    },
    async put(changed) {
      for (const product of changed) bySku.set(product.sku, product);
    },
    async setStock(changed) {
      const known = changed.flatMap(({ sku, stock }) => {
        const product = bySku.get(sku);
        return product === undefined ? [] : [{ ...product, stock }];
      });
      for (const product of known) bySku.set(product.sku, product);
      return changed.map(({ sku }) => sku).filter((sku) => !bySku.has(sku));
    },
    async discontinue({ supplier, except }) {
      const gone = [...bySku.values()].filter((product) => product.supplier === supplier && !except.has(product.sku));
      for (const { sku } of gone) bySku.delete(sku);
      return gone.length;
    },
  };
}
