import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { FastifyInstance } from "fastify";
import { tagOf } from "../dashboard/page.ts";
import { asyncApiDocument } from "../schema/async-api.ts";
import type { Access } from "./access.ts";
import type { KeyControl } from "./key-control.ts";
import { openApiDocument } from "./open-api/document.ts";
import { allOperations } from "./operations.ts";
import type { ServedBus } from "./served-bus.ts";

export interface OpenApiRoutesOptions {
  readonly bus: ServedBus;
  readonly application: string;
  readonly keys: KeyControl;
  readonly live: boolean;
  readonly open: boolean;
  /** Where the world reaches this server; undefined: it is not known. */
  readonly publicUrl: string | undefined;
  /** Who is let in; undefined: everybody, on loopback. */
  readonly access: Access | undefined;
}

/** Swagger UI's own files, of the package that brings them. */
const ours: Readonly<Record<string, string>> = { "swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript" };

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>busbar: the API</title>
<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
`;
const start = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#api", deepLinking: true, docExpansion: "list", defaultModelsExpandDepth: 0 });\n`;
/** Swagger UI styles its elements in place; scripts are those of this server alone. */
const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** `/openapi.json` and `/asyncapi.json` are made anew with each request, because `dev` changes topics while it runs; `/docs` shows the first. */
export function openApiRoutes(app: FastifyInstance, { bus, application, keys, live, open, publicUrl, access }: OpenApiRoutesOptions): void {
  const operations = allOperations(bus, { live, keys });
  app.get("/openapi.json", async (request, reply) => {
    await access?.admit(request, reply, undefined);
    const { topics } = await bus.catalog();
    const body = JSON.stringify(openApiDocument({ application, topics, operations, open }));
    const tag = tagOf(body);
    reply.header("etag", tag);
    if (request.headers["if-none-match"] === tag) return reply.code(304).send();
    return reply.type("application/json; charset=utf-8").send(body);
  });

  app.get("/asyncapi.json", async (request, reply) => {
    await access?.admit(request, reply, undefined);
    const body = JSON.stringify(asyncApiDocument({ application, catalog: await bus.catalog(), publicUrl }));
    const tag = tagOf(body);
    reply.header("etag", tag);
    if (request.headers["if-none-match"] === tag) return reply.code(304).send();
    return reply.type("application/json; charset=utf-8").send(body);
  });

  if (access !== undefined) return;
  app.get("/docs", (_request, reply) => reply.header("content-security-policy", policy).type("text/html; charset=utf-8").send(page));
  app.get("/docs/start.js", (_request, reply) => reply.type("text/javascript; charset=utf-8").send(start));
  const folder = createRequire(import.meta.url);
  for (const [name, type] of Object.entries(ours)) {
    // Read when it is asked for: nobody else pays for its two megabytes.
    app.get(`/docs/${name}`, async (_request, reply) =>
      reply
        .header("cache-control", "public, max-age=86400")
        .type(`${type}; charset=utf-8`)
        .send(await readFile(folder.resolve(`@fastify/swagger-ui/static/${name}`))),
    );
  }
}
