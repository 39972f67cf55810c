import { checkPhoneNumber } from "../define/address.ts";
import type { StatusNotice } from "../define/notice.ts";
import {
  type CallbackReader,
  type CallbackRequest,
  type CallbackVerdict,
  type ReceivedCallback,
  refused,
  UnreadableCallback,
} from "./callback.ts";
import { formOf, idOf, jsonOfCallback, listOf } from "./callback-body.ts";
import { msg91Statuses } from "./msg91-statuses.ts";
import { objectOf, outcomeRow, textOf } from "./outcome-row.ts";
import { reasonText } from "./reason.ts";
import { sameText } from "./same-text.ts";
import { type StatusTable, toldBy } from "./status-table.ts";
import { withoutNumber } from "./without-number.ts";

export interface Msg91CallbackOptions {
  /** MSG91 signs nothing: its reports come to an address that ends with this, or with it in the header `x-busbar-secret`. */
  readonly secret: string;
  /** Statuses in place of those of `msg91Statuses`. */
  readonly statuses?: StatusTable | undefined;
  /** The names of the fields, where they are others than those of `msg91Fields`. */
  readonly fields?: Partial<Msg91Fields> | undefined;
}

/** By which names a report calls what it says, the first that is there. */
export interface Msg91Fields {
  readonly request: readonly string[];
  readonly number: readonly string[];
  readonly status: readonly string[];
  readonly words: readonly string[];
}

/** MSG91 lets each account name them, and has named them differently over the years. */
export const msg91Fields: Msg91Fields = {
  request: ["requestId", "request_id", "requestid", "reqId"],
  number: ["number", "mobile", "mobiles", "telNum", "recipient"],
  status: ["status", "reportStatus", "report_status"],
  words: ["desc", "description", "failureReason", "failure_reason", "reason"],
};

/** Delivery reports of MSG91: a form whose field `data` is JSON, or JSON itself; a report of several numbers, or of one. */
export function msg91Callbacks({ secret, statuses, fields }: Msg91CallbackOptions): CallbackReader {
  const names = { ...msg91Fields, ...fields };
  return {
    name: "msg91",
    verify: (request) => verdictOn(request, secret),
    read(callback) {
      return listOf(reportsOf(callback)).flatMap((each) => {
        const request = objectOf(each);
        const reports = listOf(request["report"]);
        return (reports.length === 0 ? [request] : reports)
          .map((report) => statusOf({ ...request, ...objectOf(report) }, { names, statuses }))
          .filter((notice) => notice !== undefined);
      });
    },
  };
}

function verdictOn({ method, url, headers }: CallbackRequest, secret: string): CallbackVerdict {
  if (method !== "POST") return refused("it is no POST");
  const path = URL.parse(url, "http://localhost")?.pathname ?? "";
  const inPath = /\/callbacks\/[^/]+\/([^/]+)$/.exec(path)?.[1];
  const given = inPath ?? headers["x-busbar-secret"];
  if (given === undefined) return refused("its address ends without the secret");
  return sameText(given, secret) ? { kind: "genuine" } : refused("its secret is wrong");
}

function reportsOf({ body }: ReceivedCallback): unknown {
  if (/^\s*[[{]/.test(body)) {
    const said = jsonOfCallback(body);
    return objectOf(said)["data"] ?? said;
  }
  const form = formOf(body);
  if (form === undefined) throw new UnreadableCallback("the form has too many fields");
  const data = form.get("data");
  if (data !== null) return jsonOfCallback(data);
  const fields = Object.fromEntries(form);
  if (Object.values(fields).every((value) => value === "")) throw new UnreadableCallback("the body is neither JSON nor a form");
  return fields;
}

interface Reading {
  readonly names: Msg91Fields;
  readonly statuses: StatusTable | undefined;
}

function statusOf(report: Readonly<Record<string, unknown>>, { names, statuses }: Reading): StatusNotice | undefined {
  const pick = (fields: readonly string[]): string | undefined =>
    fields.map((field) => (Object.hasOwn(report, field) ? plain(report[field]) : undefined)).find((value) => value !== undefined);
  const messageId = idOf(pick(names.request));
  const status = pick(names.status)?.trim().toLowerCase();
  if (messageId === undefined || status === undefined) return undefined;
  const checked = checkPhoneNumber(`+${(pick(names.number) ?? "").replace(/^\+/, "")}`);
  const address = "address" in checked ? checked.address : undefined;
  const words = withoutNumber(pick(names.words) ?? "", address ?? " ");
  const row = outcomeRow([statuses, msg91Statuses], [status]);
  const told = toldBy(row, typeof row === "string" ? "" : reasonText(status, words.toLowerCase() === status ? "" : words));
  if (told === undefined) return undefined;
  return {
    kind: "status",
    channel: "sms",
    provider: "msg91",
    messageId,
    ...told,
    ...(address === undefined ? {} : { address }),
  };
}

function plain(value: unknown): string | undefined {
  return typeof value === "number" ? String(value) : textOf(value);
}
