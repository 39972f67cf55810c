import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What goes wrong with a request. */
export type S3Fault =
  /** Answered so, and not done. */
  | { readonly status: number; readonly code: string }
  /** Of a body only so many bytes, then the line breaks. */
  | { readonly cutAfter: number }
  /** Done, but the answer is lost. */
  | "answer lost"
  /** Nothing at all comes back. */
  | "silence"
  /** The first bytes of a body, and then nothing. */
  | "stalls";

export interface S3Request {
  /** Such as `PUT`, `GET`, `HEAD`, `DELETE`, `LIST`, `create`, `part`, `complete` and `abort`. */
  readonly verb: string;
  readonly key: string;
}

export interface S3Server {
  readonly endpoint: string;
  readonly objects: Map<string, { body: Buffer; etag: string; marks: Record<string, string> }>;
  readonly requests: S3Request[];
  /** Uploads in parts that are neither completed nor aborted. */
  readonly uploads: Map<string, Map<number, Buffer>>;
  /** What the next requests meet, asked once for each. */
  fault: (request: S3Request) => S3Fault | undefined;
  close(): Promise<void>;
}

const credential =
  /^AWS4-HMAC-SHA256 Credential=test-key\/\d{8}\/us-east-1\/s3\/aws4_request, SignedHeaders=[^,]*host[^,]*, Signature=[0-9a-f]{64}$/;

/** As much of S3 as an archive needs, on loopback and in memory: path style, signed requests, conditions, parts, ranges, lists in pages. */
export async function s3Server({ bucket, pageSize = 1_000 }: { readonly bucket: string; readonly pageSize?: number }): Promise<S3Server> {
  const objects: S3Server["objects"] = new Map();
  const uploads: S3Server["uploads"] = new Map();
  const marksOf = new Map<string, Record<string, string>>();
  const requests: S3Request[] = [];

  const put = (key: string, body: Buffer, marks: Record<string, string>): string => {
    const etag = `"${createHash("md5").update(body).digest("hex")}-${objects.size}"`;
    objects.set(key, { body, etag, marks });
    return etag;
  };
  /** Whether what is there is not what the request asks for. */
  const overtaken = (key: string, { headers }: IncomingMessage): boolean => {
    const there = objects.get(key)?.etag;
    const [match, noneMatch] = [headers["if-match"], headers["if-none-match"]];
    return (noneMatch === "*" && there !== undefined) || (match !== undefined && match !== there);
  };

  const answer = (request: IncomingMessage, response: ServerResponse, body: Buffer): void => {
    const { pathname, searchParams: query } = new URL(request.url!, "http://s3");
    const [, named = "", ...rest] = pathname.split("/");
    const key = decodeURIComponent(rest.join("/"));
    const verb = verbOf(request.method!, key, query);
    const asked = { verb, key: verb === "LIST" ? (query.get("prefix") ?? "") : key };
    requests.push(asked);
    const fault = server.fault(asked);
    const problem = (status: number, code: string): void => {
      response.writeHead(status, { "content-type": "application/xml" });
      response.end(request.method === "HEAD" ? "" : `<Error><Code>${code}</Code><Message>no</Message></Error>`);
    };
    if (fault === "silence") return;
    if (typeof fault === "object" && "status" in fault) return problem(fault.status, fault.code);
    if (!credential.test(request.headers.authorization ?? "")) return problem(403, "AccessDenied");
    const hash = request.headers["x-amz-content-sha256"];
    if (hash !== createHash("sha256").update(body).digest("hex")) return problem(400, "XAmzContentSHA256Mismatch");
    if (named !== bucket) return problem(404, "NoSuchBucket");
    const send = (status: number, headers: Record<string, string>, text: string | Buffer = ""): void => {
      if (fault === "answer lost") return void request.socket.destroy();
      response.writeHead(status, { ...headers, "content-length": String(Buffer.byteLength(text)) });
      if (fault === undefined) return void response.end(request.method === "HEAD" ? undefined : text);
      const some = Buffer.from(text).subarray(0, fault === "stalls" ? 1 : fault.cutAfter);
      response.write(some, () => void (fault === "stalls" || request.socket.destroy()));
    };
    const xml = (text: string): void => send(200, { "content-type": "application/xml" }, text);
    const there = objects.get(key);
    const marks = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name.startsWith("x-amz-meta-"))) as Record<
      string,
      string
    >;
    switch (verb) {
      case "LIST": {
        const names = [...objects.keys()].filter((name) => name.startsWith(asked.key)).toSorted();
        const from = Number(query.get("continuation-token") ?? 0);
        const page = names.slice(from, from + pageSize).map((name) => `<Contents><Key>${name}</Key></Contents>`);
        const more = from + pageSize < names.length;
        const next = more ? `<NextContinuationToken>${from + pageSize}</NextContinuationToken>` : "";
        return xml(`<ListBucketResult><IsTruncated>${more}</IsTruncated>${page.join("")}${next}</ListBucketResult>`);
      }
      case "HEAD":
        return there === undefined ? problem(404, "NotFound") : send(200, { etag: there.etag, ...there.marks });
      case "GET": {
        if (there === undefined) return problem(404, "NoSuchKey");
        if (overtaken(key, request)) return problem(412, "PreconditionFailed");
        const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
        return send(start === 0 ? 200 : 206, { etag: there.etag }, there.body.subarray(start));
      }
      case "PUT":
        return overtaken(key, request) ? problem(412, "PreconditionFailed") : send(200, { etag: put(key, body, marks) });
      case "DELETE":
        objects.delete(key);
        return send(204, {});
      case "create": {
        const id = `upload-${marksOf.size}`;
        uploads.set(id, new Map());
        marksOf.set(id, marks);
        return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
      }
      case "part":
        uploads.get(query.get("uploadId")!)!.set(Number(query.get("partNumber")), body);
        return send(200, { etag: `"part-${query.get("partNumber")}"` });
      case "complete": {
        const id = query.get("uploadId")!;
        const parts = uploads.get(id);
        if (parts === undefined) return problem(404, "NoSuchUpload");
        if (overtaken(key, request)) return problem(412, "PreconditionFailed");
        const numbers = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) => Number(number));
        const etag = put(key, Buffer.concat(numbers.map((number) => parts.get(number)!)), marksOf.get(id)!);
        uploads.delete(id);
        return xml(`<CompleteMultipartUploadResult><ETag>${etag}</ETag></CompleteMultipartUploadResult>`);
      }
      default:
        uploads.delete(query.get("uploadId")!);
        return send(204, {});
    }
  };

  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    answer(request, response, Buffer.concat(chunks));
  };
  const http = createServer((request, response) => void listener(request, response).catch(() => request.socket.destroy()));
  await new Promise<void>((resolve) => void http.listen(0, "127.0.0.1", resolve));
  const server: S3Server = {
    endpoint: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    objects,
    uploads,
    requests,
    fault: () => undefined,
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => void http.close(resolve));
    },
  };
  return server;
}

function verbOf(method: string, key: string, query: URLSearchParams): string {
  if (key === "") return "LIST";
  if (method === "POST") return query.has("uploads") ? "create" : "complete";
  if (method === "PUT" && query.has("partNumber")) return "part";
  return method === "DELETE" && query.has("uploadId") ? "abort" : method;
}
