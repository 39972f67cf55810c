import { deadline } from "../base/deadline.ts";
import { milliseconds } from "../base/duration.ts";
import type { StatusNotice } from "../define/notice.ts";
import { idOf } from "./callback-body.ts";
import { expoStatuses } from "./expo-statuses.ts";
import type { ExpoOptions } from "./expo.ts";
import { httpClient } from "./http-client.ts";
import { isGood } from "./api-statuses.ts";
import { jsonObject, objectOf, outcomeRow, textOf } from "./outcome-row.ts";
import { reasonText } from "./reason.ts";
import { type StatusTable, statusesOf, toldBy } from "./status-table.ts";
import { watchedAgent } from "./watched-agent.ts";

export interface ExpoReceiptsOptions extends Pick<ExpoOptions, "accessToken" | "baseUrl" | "timeout" | "name" | "outcomes"> {
  /** Statuses in place of those of `expoStatuses`. */
  readonly statuses?: StatusTable | undefined;
}

/** Expo does not call back: it is asked what became of messages, by the ids of their tickets. */
export interface ExpoReceipts {
  /**
   * One notice for each message whose receipt is there. Of the others nothing is known yet, or nothing any more after a day.
   * @throws Error where Expo does not answer as it should; nothing is lost by asking again
   */
  read(ticketIds: readonly string[], signal: AbortSignal): Promise<readonly StatusNotice[]>;
  /** Closes the connections that are kept open. */
  close(): void;
}

/** Expo takes 1,000; of so many the answer is as short as the client reads it, even where all of them went wrong. */
const idsOfRequest = 100;

export function expoReceipts(options: ExpoReceiptsOptions = {}): ExpoReceipts {
  const { accessToken, baseUrl = "https://exp.host", name = "expo", outcomes = {}, statuses } = options;
  const timeout = milliseconds(options.timeout ?? "10s", `timeout of ${name}`);
  const base = new URL(baseUrl);
  const url = `${base.href.replace(/\/$/, "")}/--/api/v2/push/getReceipts`;
  const connections = watchedAgent(base.protocol === "https:");
  const tables = [statuses, statusesOf(outcomes), expoStatuses];

  const ask = async (ids: readonly string[], signal: AbortSignal): Promise<readonly StatusNotice[]> => {
    const request = await httpClient();
    const limit = deadline(signal, timeout);
    try {
      const { status, body } = await request({
        method: "POST",
        url,
        headers: {
          "content-type": "application/json",
          accept: "application/json",
          ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
        },
        body: Buffer.from(JSON.stringify({ ids })),
        signal: limit.signal,
        agent: connections.agent,
      });
      const receipts = jsonObject(body)["data"];
      if (!isGood(status) || typeof receipts !== "object" || receipts === null || Array.isArray(receipts))
        throw new Error(reasonText(`Expo answered ${status} without receipts:`, body.slice(0, 200)));
      return ids.flatMap((id) => (Object.hasOwn(receipts, id) ? (noticeOf(id, objectOf(objectOf(receipts)[id]), tables) ?? []) : []));
    } finally {
      limit.clear();
    }
  };

  return {
    async read(ticketIds, signal) {
      const ids = [...new Set(ticketIds)].filter((id) => idOf(id) !== undefined);
      const notices: StatusNotice[] = [];
      for (let from = 0; from < ids.length; from += idsOfRequest)
        notices.push(...(await ask(ids.slice(from, from + idsOfRequest), signal)));
      return notices;
    },
    close: () => connections.close(),
  };
}

function noticeOf(
  ticketId: string,
  receipt: Readonly<Record<string, unknown>>,
  tables: readonly (StatusTable | undefined)[],
): StatusNotice | undefined {
  const status = textOf(receipt["status"]);
  if (status === undefined) return undefined;
  const code = status === "error" ? textOf(objectOf(receipt["details"])["error"]) : undefined;
  // Expo repeats the token of the device in what it says.
  const words = (textOf(receipt["message"]) ?? "").replaceAll(/Expo(nent)?PushToken\[[^\]]*\]/g, "the device");
  const told = toldBy(outcomeRow(tables, [code, status]), status === "error" ? reasonText(code, words) || "error" : "");
  return told === undefined ? undefined : { kind: "status", channel: "push", provider: "expo", messageId: ticketId, ...told };
}
