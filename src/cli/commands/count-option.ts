import { Option } from "commander";

/** `--count`, as lists call it, beside a `--limit`; whoever types one of them means the same. */
export function countToo(): Option {
  return new Option("--count <number>", "the same as --limit").hideHelp();
}

export interface Counted {
  readonly limit: string;
  readonly count?: string;
}

/** The options with what was typed, under the one name. */
export function withLimit<Options extends Counted>({ count, ...options }: Options): Omit<Options, "count"> & { readonly limit: string } {
  return { ...options, limit: count ?? options.limit };
}
