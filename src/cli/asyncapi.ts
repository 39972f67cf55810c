import { asyncApiDocument } from "../schema/async-api.ts";
import { readTopics } from "./topics-of.ts";
import { writeOutput } from "./write-output.ts";

/** Prints the application's AsyncAPI document, or writes it. */
export async function asyncapi({ out }: { readonly out?: string }): Promise<void> {
  const { settings, catalog } = await readTopics();
  const { application, publicUrl } = settings;
  const document = asyncApiDocument({ application, catalog: await catalog(), publicUrl });
  await writeOutput(`${JSON.stringify(document, null, 2)}\n`, out);
}
