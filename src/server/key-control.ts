import { type Clock, systemClock } from "../base/clock.ts";
import { cursorsOf, isText, pageOf, type PageRequest } from "../base/cursor.ts";
import { type Duration, milliseconds } from "../base/duration.ts";
import { BusbarError } from "../base/errors.ts";
import type { Audit } from "../bus/audit.ts";
import { audited } from "../bus/audited.ts";
import type { By } from "../bus/by.ts";
import { type ApiKey, apiKeyOf, type ApiKeyRequest, newApiKeySecret, rotated } from "./api-key.ts";
import { type ApiKeyView, apiKeyView } from "./api-key-view.ts";
import type { ApiKeys, RotatedKey } from "./redis-api-keys.ts";

/** A key that was made: its text is shown this once. */
export interface MadeKey extends ApiKeyView {
  readonly key: string;
}

/** What operators do with API keys, over HTTP and from the command line; the audit record says who did it. */
export interface KeyControl {
  /**
   * The oldest first, those that have expired too.
   * @throws BusbarError `INVALID_CURSOR`
   */
  list(page?: PageRequest): Promise<{ readonly keys: readonly ApiKeyView[]; readonly next?: string }>;
  /** @throws BusbarError `INVALID_CONFIGURATION` with every problem of the request */
  create(request: ApiKeyRequest, by?: By): Promise<MadeKey>;
  /**
   * Makes the key that takes this one's place; both are valid for the time of `overlap`, 24 h by default. Undefined where there is none of this id.
   * @throws BusbarError `REFUSED` where it has been replaced, or has expired; `INVALID_RANGE` where the overlap is none
   */
  rotate(id: string, options?: RotateOptions): Promise<{ readonly next: MadeKey; readonly old: ApiKeyView } | undefined>;
  /** Takes a key away for good: it is refused within five seconds. False where there is none of this id. */
  revoke(id: string, by?: By): Promise<boolean>;
}

export interface RotateOptions extends By {
  readonly overlap?: Duration | undefined;
}

const overlapMs = 86_400_000;
const mostOverlapMs = 90 * 86_400_000;
const cursors = cursorsOf("API keys", isText);

/** The oldest first. */
const keyOf = ({ created, id }: Pick<ApiKey, "created" | "id">): string => `${String(created).padStart(15, "0")} ${id}`;

export interface KeyControlOptions {
  readonly keys: ApiKeys;
  readonly audit: () => Audit;
  readonly clock?: Clock;
}

export function keyControl({ keys, audit, clock = systemClock }: KeyControlOptions): KeyControl {
  return {
    async list(page = {}) {
      const items = await keys.list();
      const { page: some, ...next } = pageOf({ items, keyOf, cursors, ...page });
      return { keys: some.map(apiKeyView), ...next };
    },

    async create(request, by = {}) {
      const { id, text, digest } = newApiKeySecret();
      const key = apiKeyOf(request, id, clock.now());
      const of = `${id} (${key.name}): ${key.scopes.join(", ")}`;
      await audited(audit, { what: "key.create", of, by }, () => keys.add(key, digest));
      return { ...apiKeyView(key), key: text };
    },

    async rotate(id, { overlap, ...by } = {}) {
      const length = overlap === undefined ? overlapMs : milliseconds(overlap, "overlap");
      if (length < 0 || length > mostOverlapMs)
        throw new BusbarError("INVALID_RANGE", "overlap: two keys are valid side by side for 90 days at most.");
      const was = await keys.find(id);
      if (was === undefined) return undefined;
      const [secret, how] = [newApiKeySecret(), { now: clock.now(), overlap: length }];
      // What is refused is refused before it stands in the record.
      rotated(was, { id: secret.id, ...how });
      const of = `${id} (${was.name}), replaced by ${secret.id}`;
      const made = await audited(audit, { what: "key.rotate", of, by, undone: takenAway }, () => keys.rotate(id, { ...how, secret }));
      if (made === undefined) return undefined;
      const { key, text, old } = made;
      return { next: { ...apiKeyView(key), key: text }, old: apiKeyView(old) };
    },

    async revoke(id, by = {}) {
      if ((await keys.find(id)) === undefined) return false;
      return audited(audit, { what: "key.revoke", of: id, by, undone: takenAway }, () => keys.revoke(id));
    },
  };
}

/** Somebody else was quicker. */
const takenAway = (done: RotatedKey | boolean | undefined): string | undefined =>
  done === undefined || done === false ? "it had been taken away already" : undefined;
