import { asyncApiDocument } from "../schema/async-api.ts";
import { chosenServer } from "./remote/chosen-server.ts";
import { serverApi } from "./remote/server-api.ts";
import { readTopics } from "./topics-of.ts";
import { writeOutput } from "./write-output.ts";

/** Prints the AsyncAPI document of the application, or of the server that the call names, or writes it. */
export async function asyncapi({ out }: { readonly out?: string }): Promise<void> {
  const server = chosenServer();
  const document = server === undefined ? await ofThisFolder() : await serverApi(server).get("/asyncapi.json");
  await writeOutput(`${JSON.stringify(document, null, 2)}\n`, out);
}

async function ofThisFolder(): Promise<unknown> {
  const { settings, catalog } = await readTopics();
  const { application, publicUrl } = settings;
  return asyncApiDocument({ application, catalog: await catalog(), publicUrl });
}
