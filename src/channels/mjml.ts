import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { tagProblems } from "./mjml-tags.ts";

/** The HTML of one MJML text, or what is wrong with it. */
export interface MjmlResult {
  readonly html: string;
  readonly problems: readonly { readonly line: number | undefined; readonly message: string }[];
}

/**
 * Runs in the thread, as plain JavaScript, so that it needs neither a loader nor a file of its own once busbar is built.
 * `ignoreIncludes`: a template is text of the team's code, it reads no files.
 */
const script = `
const { parentPort, workerData } = require("node:worker_threads");
const loaded = require(workerData.mjml);
const compile = loaded.default ?? loaded;
(async () => {
  for (const source of workerData.sources) {
    try {
      const { html, errors } = await compile(source, { validationLevel: "soft", ignoreIncludes: true, fonts: {} });
      parentPort.postMessage({ html, problems: errors.map(({ line, message, tagName }) => ({ line, message: message + " (" + tagName + ")" })) });
    } catch (error) {
      parentPort.postMessage({ html: "", problems: [{ line: undefined, message: String(error?.message ?? error) }] });
    }
  }
})();
`;

/** Compiled once in a process, however often a bus is made or a template is shared. */
const compiled = new Map<string, MjmlResult>();

/**
 * Compiles MJML, in the order given. MJML costs a second and some 60 MB, so it lives in a thread that ends with its work:
 * the memory goes back, and the event loop is not held up.
 */
export async function compileMjml(sources: readonly string[]): Promise<MjmlResult[]> {
  const fresh = [...new Set(sources)].filter((source) => !compiled.has(source));
  const results = await compileInThread(fresh);
  for (const [index, source] of fresh.entries()) {
    const { html, problems } = results[index]!;
    compiled.set(source, { html, problems: [...tagProblems(source), ...problems] });
  }
  return sources.map((source) => compiled.get(source)!);
}

async function compileInThread(sources: readonly string[]): Promise<MjmlResult[]> {
  if (sources.length === 0) return [];
  const mjml = createRequire(import.meta.url).resolve("mjml");
  const worker = new Worker(script, { eval: true, workerData: { mjml, sources }, execArgv: [] });
  const results: MjmlResult[] = [];
  return new Promise((resolve, reject) => {
    worker.on("message", (result: MjmlResult) => results.push(result));
    worker.once("error", reject);
    worker.once("exit", (code) =>
      results.length === sources.length ? resolve(results) : reject(new Error(`the MJML compiler ended early (code ${code})`)),
    );
  });
}
