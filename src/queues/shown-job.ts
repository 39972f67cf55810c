import { maskText, maskWords } from "../define/mask.ts";

/** What BullMQ says of a job that a person looks at. */
export interface JobFacts {
  readonly data?: unknown;
  readonly failedReason?: string | undefined;
  readonly stacktrace?: readonly string[] | null | undefined;
  readonly returnvalue?: unknown;
  readonly progress?: unknown;
}

/** What of a job's content says where it belongs, and is nobody's data. */
const shown: ReadonlySet<string> = new Set([
  "id",
  "subscriber",
  "route",
  "channel",
  "bulk",
  "template",
  "category",
  "locale",
  "policy",
  "notBefore",
  "firstOf",
  "topic",
  "partition",
  "entryId",
  "poison",
  "newer",
  "waited",
  "offset",
  "pages",
  "released",
  "failures",
  "replay",
  "provider",
  "receivedAt",
]);
const hidden = "…";

/** A job as the queue board shows it: where it belongs and how it went, and nothing of what it holds. Pure. */
export function shownJob<Facts extends JobFacts>(job: Facts): Facts {
  const { to, channel } = isFields(job.data) ? job.data : {};
  // A handler's is the name of its subscriber.
  const personal = typeof to === "string" && channel !== "handler" ? [to] : [];
  const words = (text: string): string => maskWords(text, personal);
  return {
    ...job,
    data: shownContent(job.data),
    ...(job.failedReason === undefined ? {} : { failedReason: words(job.failedReason) }),
    ...(Array.isArray(job.stacktrace) ? { stacktrace: job.stacktrace.map(words) } : {}),
    returnvalue: typeof job.returnvalue === "object" && job.returnvalue !== null ? hidden : job.returnvalue,
    progress: typeof job.progress === "object" && job.progress !== null ? shownProgress(job.progress) : job.progress,
  };
}

function shownContent(data: unknown): unknown {
  if (!isFields(data)) return hidden;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => {
      if (shown.has(key)) return [key, value];
      if (key === "to" && typeof value === "string") return [key, data["channel"] === "handler" ? value : maskText(value)];
      if (key === "event" && isFields(value)) return [key, { id: value["id"], type: value["type"], time: value["time"] }];
      return [key, hidden];
    }),
  );
}

/** The numbers of a handler's progress, and not its words. */
function shownProgress(progress: object): object {
  return Object.fromEntries(Object.entries(progress).map(([key, value]) => [key, typeof value === "number" ? value : hidden]));
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
