import { linkTokens, type LinkTokens } from "../channels/link-tokens.ts";
import { readerLinks, type ReaderLinks } from "../channels/reader-links.ts";
import { categoryOf } from "../define/route.ts";
import type { Subscriber } from "../define/subscriber.ts";
import type { Settings } from "./options.ts";

type LinkSettings = Pick<Settings, "application" | "publicUrl" | "linkSecrets" | "send">;

/** Everybody knows it: it signs only while real sending is off, and its links are taken on loopback only. */
const knownSecret = "busbar signs the links of the mailroom with this";
const localUrl = "http://127.0.0.1:4000";

/** The links of an application. Undefined where real sending is on and there is no secret: then no mail has any, and none is taken. */
export function linkTokensOf({ application, linkSecrets, send }: LinkSettings): LinkTokens | undefined {
  const secrets = linkSecrets.length === 0 && !send.live ? [knownSecret] : linkSecrets;
  return secrets.length === 0 ? undefined : linkTokens(secrets, application);
}

/** True where everybody can make links that this application takes. */
export const takesKnownLinks = ({ linkSecrets, send }: Pick<Settings, "linkSecrets" | "send">): boolean =>
  linkSecrets.length === 0 && !send.live;

export function readerLinksOf(settings: LinkSettings): ReaderLinks | undefined {
  const tokens = linkTokensOf(settings);
  const base = settings.publicUrl ?? (settings.send.live ? undefined : localUrl);
  return tokens === undefined || base === undefined ? undefined : readerLinks(tokens, base);
}

/** What keeps e-mails that nobody has to take from saying how to stop them, one sentence each. Pure. */
export function readerLinkProblems(settings: LinkSettings & Pick<Settings, "channels">, subscribers: readonly Subscriber[]): string[] {
  const { publicUrl, linkSecrets, send, channels } = settings;
  if (!send.live || channels.email.off !== undefined) return [];
  const routes = subscribers.flatMap(({ name, routes: all }) =>
    all.flatMap((route) => (route.channel === "email" && categoryOf(route) !== undefined ? [`"${name}" (${categoryOf(route)})`] : [])),
  );
  const missing = [
    ...(linkSecrets.length === 0 ? ["LINK_SECRET (openssl rand -hex 32)"] : []),
    ...(publicUrl === undefined ? ["PUBLIC_URL (where this server is reached from outside, https)"] : []),
  ];
  if (routes.length === 0) return [];
  if (missing.length > 0)
    return [
      `real sending is on, and e-mails that are not transactional must say how to unsubscribe: set ${missing.join(" and ")}, or make them transactional: ${shortList(routes)}`,
    ];
  if (new URL(publicUrl!).protocol === "https:") return [];
  return [`PUBLIC_URL ${publicUrl} must begin with https:// while real sending is on: mail programs unsubscribe at no other address`];
}

function shortList(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
}
