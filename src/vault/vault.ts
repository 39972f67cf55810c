import { BusbarError, messageOf } from "../base/errors.ts";
import type { Delivery } from "../define/delivery.ts";
import { type BusEvent, decodeEvent, type EventReader, sortedJson } from "../define/event.ts";
import { replaceMarked } from "../define/marked-values.ts";
import { ivOf, readSealed, type SealedField, type SealedSecret, type SealedSecrets, standInOf, replaceStandIns } from "../define/sealed.ts";
import type { AnyTopic } from "../define/topic.ts";
import { newestEvent, upcastEvent } from "../define/upcast.ts";
import { boundTo, type FoundField, groupsOf, openGroup, replaceSealed, type SealedGroup, sealedFields, sealGroup } from "./groups.ts";
import type { KeyRing } from "./key-ring.ts";
import { closedText, erasedText } from "./in-place.ts";
import { lookAt } from "./look.ts";
import { closedReason, type FoundKey, type SubjectKeys, subjectOfKid } from "./subject-keys.ts";
import { subjectOf } from "./subject-of.ts";
import type { Vault } from "./vault-port.ts";

/** The values of one subject in an event, with the places that are to hold them sealed. */
interface ToSeal {
  readonly hash: string;
  readonly paths: string[];
  readonly values: unknown[];
  readonly fields: { $enc?: string }[];
}

export interface VaultOptions {
  readonly topics: readonly AnyTopic[];
  readonly ring: KeyRing | undefined;
  readonly subjects: SubjectKeys;
}

export function createVault({ topics, ring, subjects }: VaultOptions): Vault {
  const topicByName = new Map(topics.map((topic) => [topic.name, topic]));
  const ringFor = (type: string): KeyRing => {
    if (ring !== undefined) return ring;
    throw new BusbarError("INVALID_CONFIGURATION", `${type}: ${noKeys}`);
  };

  const sealSecret = (event: BusEvent, path: string, value: unknown) => {
    const { id: kid, key } = ringFor(event.type).first;
    return { $enc: sealGroup(key, boundTo(event, [path]), { values: [value], kid })[0]! };
  };

  /** Opens what lies under keys of the ring; what lies under those of subjects is left. */
  const keyOfRing = (type: string, kid: string): ReturnType<KeyRing["keyOf"]> & object => {
    const key = ring?.keyOf(kid);
    if (key !== undefined) return key;
    throw new BusbarError(
      "INVALID_CONFIGURATION",
      `${type}: it is sealed with the key "${kid}", which BUSBAR_KEYS does not hold: put that one's line there, behind the first, and start again`,
    );
  };

  const seal: Vault["seal"] = (topic, event) => {
    const place = topic.marks?.places[event.dataversion - 1];
    if (place === undefined) return { event, pending: false };
    const groups: ToSeal[] = [];
    // Most fields of an event are of one subject, found in one way.
    let last: { readonly subject: unknown; readonly own: ToSeal } | undefined;
    const data = replaceMarked(place, event.data, ({ mark, path, value }) => {
      if (mark.kind === "secret") return sealSecret(event, path, value);
      if (mark.subject === undefined) return value;
      if (last?.subject !== mark.subject) {
        const hash = subjects.hashOf(subjectOf(mark.subject, event, path));
        let own = groups.find((group) => group.hash === hash);
        if (own === undefined) groups.push((own = { hash, paths: [], values: [], fields: [] }));
        last = { subject: mark.subject, own };
      }
      const field = {};
      last.own.paths.push(path);
      last.own.values.push(value);
      last.own.fields.push(field);
      return field;
    });
    let pending = false;
    for (const { hash, paths, values, fields } of groups) {
      const known = subjects.known(hash);
      pending ||= known === undefined;
      const { id, key } = known === undefined ? ringFor(event.type).first : { id: known.kid, key: known.key };
      const texts = sealGroup(key, boundTo(event, paths), { values, kid: id, sub: known === undefined ? hash : undefined });
      for (let index = 0; index < fields.length; index++) fields[index]!.$enc = texts[index]!;
    }
    return { event: { ...event, data }, pending };
  };

  const settle: Vault["settle"] = async (json) => {
    const event = decodeEvent(json);
    const waiting = groupsOf(sealedFields(event.data)).filter(({ sub }) => sub !== undefined);
    const keys = await subjects.forWriting([...new Set(waiting.map(({ sub }) => sub!))]);
    const settled = new Map<string, unknown>();
    for (const group of waiting) {
      const values = openGroup(keyOfRing(event.type, group.kid), event, group);
      const { kid, key } = keys.get(group.sub!)!;
      const paths = group.fields.map(({ path }) => path);
      const texts = sealGroup(key, boundTo(event, paths), { values, kid });
      for (const [index, path] of paths.entries()) settled.set(path, { $enc: texts[index]! });
    }
    return JSON.stringify({ ...event, data: replaceSealed(event.data, (path, field) => settled.get(path) ?? field) });
  };

  /**
   * What the subjects' keys open; an erased one gives {@link erasedText}. Secrets stay sealed. A key that the ring does not open is the matter
   * of its own event: an error, or, `forPeople`, a text in the place of the values.
   */
  const openPersonal = async (events: readonly BusEvent[], forPeople = false): Promise<readonly (BusEvent | Error)[]> => {
    const groups = events.map((event) =>
      orError(() => groupsOf(sealedFields(event.data)).filter(({ kid }) => subjectOfKid(kid) !== undefined)),
    );
    const kids = groups.flatMap((own) => (own instanceof Error ? [] : own.map(({ kid }) => kid)));
    const keys = kids.length === 0 ? new Map<string, FoundKey>() : await subjects.forReading([...new Set(kids)]);
    return events.map((event, index) => {
      const own = groups[index]!;
      return own instanceof Error || own.length === 0
        ? own instanceof Error
          ? own
          : event
        : openedGroups(event, own, { keys, forPeople });
    });
  };

  /** With stand-ins for secrets, also for those that were written before their field was marked. */
  const behindStandIns = (event: BusEvent, toPlan = true): BusEvent => {
    const secrets: Record<string, SealedSecret> = {};
    const hide = (path: string, field: SealedField): string => {
      const { kid = "", iv, ct = "" } = readSealed(field);
      secrets[standInOf(iv)] = { kid, ct, path };
      return standInOf(iv);
    };
    const hidden = { ...event, data: replaceSealed(event.data, hide) };
    if (!toPlan) return Object.keys(secrets).length === 0 ? event : { ...hidden, sealed: secrets };
    const topic = topicByName.get(event.type);
    const current = topic?.marks?.secrets === true && event.erased === undefined ? broughtUp(topic, hidden) : hidden;
    const place = topic?.marks?.places[(current.dataversion ?? 1) - 1];
    const data =
      place === undefined || ring === undefined
        ? current.data
        : replaceMarked(place, current.data, ({ mark, path, value }) => {
            if (mark.kind !== "secret" || (typeof value === "string" && value in secrets)) return value;
            return hide(path, sealSecret(event, path, value));
          });
    return Object.keys(secrets).length === 0 ? { ...current, data } : { ...current, data, sealed: secrets };
  };

  const read: EventReader = async (jsons) => {
    const decoded = jsons.map((json) => orError(() => decodeEvent(json)));
    const marked = decoded.filter((event) => !(event instanceof Error) && topicByName.get(event.type)?.marks !== undefined);
    const opened = await openPersonal(marked as BusEvent[]);
    return decoded.map((event) => {
      const index = marked.indexOf(event);
      const one = index === -1 ? event : opened[index]!;
      return one instanceof Error || index === -1 ? one : orError(() => behindStandIns(one));
    });
  };

  const openSecret = ({ event }: Pick<Delivery, "event">, secrets: SealedSecrets, standIn: string): string => {
    const { kid, ct, path } = secrets[standIn]!;
    const fields = [{ path, sealed: { iv: ivOf(standIn), ct } }];
    return String(openGroup(keyOfRing(event.type, kid), event, { fields })[0]);
  };

  return {
    seal,
    settle,
    read,
    open(delivery) {
      const { sealed: own, ...rest } = delivery;
      const { sealed: ofEvent, subjects: _, ...event } = delivery.event as BusEvent;
      const secrets = own ?? ofEvent;
      if (secrets === undefined) return { delivery, values: [] };
      const missing = Object.values(secrets).find(({ kid }) => ring?.keyOf(kid) === undefined);
      if (missing !== undefined) return `it is sealed with the key "${missing.kid}", which the BUSBAR_KEYS of this process do not hold`;
      const clear = new Map(Object.keys(secrets).map((standIn) => [standIn, openSecret(delivery, secrets, standIn)]));
      const open = (value: unknown): unknown => replaceStandIns(value, secrets, (standIn) => clear.get(standIn)!);
      const opened = own === undefined ? { ...rest, event: { ...event, data: open(event.data) } } : { ...rest, data: open(rest.data) };
      return { delivery: opened as Delivery, values: [...clear.values()] };
    },
    async look(jsons) {
      const decoded = jsons.map((json) => orError(() => decodeEvent(json)));
      const opened = await openPersonal(decoded.filter((event) => !(event instanceof Error)) as BusEvent[], true);
      let next = 0;
      return decoded.map((event) => {
        const one = event instanceof Error ? event : opened[next++]!;
        if (one instanceof Error) return one;
        const topic = topicByName.get(one.type);
        return lookAt(topic, topic === undefined ? one : newestEvent([topic], behindStandIns(one, false)));
      });
    },
    async clear(json) {
      const [event] = await openPersonal([decodeEvent(json)]);
      if (event instanceof Error) throw event;
      const clear = new Map<string, unknown>();
      for (const group of groupsOf(sealedFields(event!.data))) {
        const values = openGroup(keyOfRing(event!.type, group.kid), event!, group);
        for (const [at, { path }] of group.fields.entries()) clear.set(path, values[at]);
      }
      return replaceSealed(event!.data, (path) => clear.get(path));
    },
    fingerprints: (data) => ring?.fingerprints(sortedJson(data)) ?? [],
  };
}

/** For those who have topics that need keys, and none. */
export const noKeys =
  'it has secret() fields, or pii() fields with a subject, and there is no key to seal them with. Set BUSBAR_KEYS=2026a:$(openssl rand -base64 32), the same for all processes; createBus reads no variable itself: give it keys: process.env.BUSBAR_KEYS?.split(",").';

const erasedReason = (at: number | undefined): string =>
  at === undefined
    ? "erased: the key of its personal data is destroyed"
    : `erased: its personal data was erased at ${new Date(at).toISOString()}`;

/** The event with what these keys open. Pure. */
function openedGroups(
  event: BusEvent,
  groups: readonly SealedGroup[],
  { keys, forPeople }: { readonly keys: ReadonlyMap<string, FoundKey>; readonly forPeople: boolean },
): BusEvent | Error {
  const clear = new Map<string, unknown>();
  let erased: string | undefined;
  for (const group of groups) {
    const found = keys.get(group.kid)!;
    if ("erased" in found) erased ??= erasedReason(found.erased);
    if ("closedBy" in found && !forPeople)
      return new BusbarError("INVALID_CONFIGURATION", cannotOpen(event.type, group.fields, closedReason(found)));
    try {
      const values = "key" in found ? openGroup(found.key, event, group) : undefined;
      const instead = "closedBy" in found ? closedText(found.closedBy, found.why) : erasedText;
      for (const [at, { path }] of group.fields.entries()) clear.set(path, values === undefined ? instead : values[at]);
    } catch (error) {
      return new Error(cannotOpen(event.type, group.fields, messageOf(error)));
    }
  }
  const data = replaceSealed(event.data, (path, field) => (clear.has(path) ? clear.get(path) : field));
  const hashes = [...new Set(groups.map(({ kid }) => subjectOfKid(kid)!))];
  return { ...event, data, subjects: hashes, ...(erased === undefined ? {} : { erased }) };
}

function cannotOpen(type: string, fields: readonly FoundField[], why: string): string {
  return `${type}: ${fields.map(({ path }) => path).join(", ")} cannot be opened: ${why}`;
}

/** In the topic's newest version, as far as today's code can read it: who plans it says what is wrong. */
function broughtUp(topic: AnyTopic, event: BusEvent): BusEvent {
  try {
    return upcastEvent(topic, event);
  } catch {
    return event;
  }
}

function orError<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
