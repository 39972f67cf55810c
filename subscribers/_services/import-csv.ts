import * as z from "zod";
import { PermanentError, type Progress } from "../../src/index.ts";
import { batches } from "./batches.ts";
import { csvValues } from "./csv.ts";
import type { Inventory } from "./inventory.ts";

export interface ImportOptions {
  readonly kind: keyof typeof kinds;
  readonly inventory: Inventory;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

export interface Imported {
  /** How many lines were read in. */
  readonly done: number;
  /** How many were not. */
  readonly refused: number;
  /** Why, for the first twenty: one sentence each, with the line's number. */
  readonly reasons: readonly string[];
}

const sku = z.string().regex(/^[\w-]{1,40}$/, "is no SKU");
const stock = z
  .string()
  .regex(/^\d{1,9}$/, "is no number of pieces")
  .transform(Number);
const price = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,2})?$/, "is no amount in rupees")
  .transform(Number);
const name = z.string().min(1, "is empty").max(200, "is longer than 200 characters");

/** What each kind of file has in a line, whatever the order of its columns, and what is done with it. `put` returns the SKUs it does not know. */
const kinds = {
  products: kindOf(z.object({ sku, name, price, stock }), async (inventory, rows) => {
    await inventory.put(rows);
    return [];
  }),
  stock: kindOf(z.object({ sku, stock }), (inventory, rows) => inventory.setStock(rows)),
};

const batchSize = 100;

/**
 * Reads a CSV file into the inventory, batch by batch. A line that makes no sense is refused, and the others are read in. Reading the
 * file again changes nothing.
 * @throws PermanentError when the first line does not name the columns that the file must have
 */
export async function importCsv(lines: AsyncIterable<string>, { kind, inventory, signal, progress }: ImportOptions): Promise<Imported> {
  const { columns: wanted, readIn } = kinds[kind];
  const reasons: string[] = [];
  let [done, refused] = [0, 0];
  let columns: readonly string[] | undefined;
  for await (const batch of batches(numbered(lines), batchSize)) {
    signal.throwIfAborted();
    columns ??= columnsOf(batch[0]!.text, wanted);
    const filled = batch.filter(({ number, text }) => number > 1 && text.trim() !== "");
    const problems = await readIn(
      inventory,
      filled.map((line) => recordOf(line, columns!)),
    );
    done += filled.length - problems.length;
    refused += problems.length;
    reasons.push(...problems.slice(0, 20 - reasons.length));
    progress({ done, note: refused === 0 ? "lines read in" : `lines read in, ${refused} refused` });
  }
  if (columns === undefined) throw new PermanentError("the file is empty: its first line must name its columns");
  return { done, refused, reasons };
}

interface Line {
  readonly number: number;
  readonly text: string;
}

/** A line taken apart; without values where its quotes do not close. */
interface Entry {
  readonly number: number;
  readonly values: Readonly<Record<string, string>> | undefined;
}

interface Kind {
  readonly columns: readonly string[];
  /** One sentence for each line that was not read in. */
  readonly readIn: (inventory: Inventory, entries: readonly Entry[]) => Promise<readonly string[]>;
}

function kindOf<S extends z.ZodObject>(
  schema: S,
  put: (inventory: Inventory, rows: readonly (z.output<S> & { sku: string })[]) => Promise<readonly string[]>,
): Kind {
  return {
    columns: Object.keys(schema.shape),
    async readIn(inventory, entries) {
      const problems: string[] = [];
      const rows: (z.output<S> & { sku: string })[] = [];
      const numbers = new Map<string, number>();
      for (const { number, values } of entries) {
        const parsed = schema.safeParse(values ?? {});
        if (values === undefined) problems.push(`line ${number}: its quotes do not close`);
        else if (!parsed.success)
          problems.push(`line ${number}: ${parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join(", ")}`);
        else {
          const row = parsed.data as z.output<S> & { sku: string };
          rows.push(row);
          numbers.set(row.sku, number);
        }
      }
      const unknown = await put(inventory, rows);
      return [...problems, ...unknown.map((each) => `line ${numbers.get(each)}: there is no product ${each}`)];
    },
  };
}

async function* numbered(lines: AsyncIterable<string>): AsyncGenerator<Line> {
  let number = 0;
  for await (const text of lines) yield { number: ++number, text };
}

function columnsOf(header: string, wanted: readonly string[]): readonly string[] {
  // Spreadsheets begin a file with a byte order mark.
  const columns = (csvValues(header.replace(/^\uFEFF/, "")) ?? []).map((column) => column.toLowerCase());
  const missing = wanted.filter((column) => !columns.includes(column));
  if (missing.length === 0) return columns;
  throw new PermanentError(`the file's first line must name the columns ${wanted.join(", ")}; ${missing.join(" and ")} is missing`);
}

function recordOf({ number, text }: Line, columns: readonly string[]): Entry {
  const values = csvValues(text);
  return { number, values: values && Object.fromEntries(columns.map((column, index) => [column, values[index] ?? ""])) };
}
