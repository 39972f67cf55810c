import { randomUUID } from "node:crypto";
import type { LinkSubject } from "../channels/link-tokens.ts";
import type { Catalog } from "../define/catalog.ts";
import type { ConsentNotice } from "../define/notice.ts";
import { categoryOf } from "../define/route.ts";
import { type ConsentResult, readerSource } from "../workers/consents.ts";
import type { Suppression } from "../workers/suppressions.ts";
import { type ConsentView, consentView } from "./consent-view.ts";
import type { LazyParts } from "./parts.ts";
import type { Settings } from "./options.ts";
import { linkTokensOf, takesKnownLinks } from "./reader-links.ts";

/** One kind of message, as its readers see it. */
export interface ReaderCategory {
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  /** False: its reader has opted out, or a person or a provider has it suppressed. */
  readonly wanted: boolean;
}

/** What the reader of an e-mail gets, and has said. */
export interface ReaderChoices {
  /** Who writes: the sender's name, else the application's. */
  readonly sender: string;
  readonly address: string;
  /** Of the message that the link came with; absent for what is transactional. */
  readonly category?: ReaderCategory;
  /** All that e-mails are sent of, and that of the link. */
  readonly categories: readonly ReaderCategory[];
  /** No e-mail at all goes to the address: because its reader asked for it, or for another reason. */
  readonly stopped?: "by the reader" | "otherwise";
  /** The newest first. */
  readonly consents: readonly ConsentView[];
}

export interface ReaderWishes {
  /** Categories by their names: true to get them. Those that no e-mail is of are passed over; those that stay as they are, are not recorded. */
  readonly categories?: Readonly<Record<string, boolean>>;
  /** Takes back that no e-mail at all is wanted. */
  readonly startAgain?: boolean;
  /** How they said so, for people to read. */
  readonly said: string;
}

/** What readers want to get: by the links in their e-mails, or as somebody else tells it. Connects with its first question. */
export interface Preferences {
  /** Everybody can make links that are taken here, because there is no secret: take them from this machine alone. */
  readonly takesKnownLinks: boolean;
  /** What a link is about; undefined where it is none of ours, was changed, or its secret is gone. */
  read(token: string): Promise<ReaderChoices | undefined>;
  /** Changes what is asked for, and tells what holds then; undefined as above, and nothing was changed. */
  choose(token: string, wishes: ReaderWishes): Promise<ReaderChoices | undefined>;
  /** Opts out of the category that a link came with. */
  unsubscribe(token: string, said: string): Promise<ReaderChoices | undefined>;
  /** Takes what a reader said elsewhere: to a provider (STOP), or on a page of the application's own. The same event id changes nothing twice. */
  apply(notice: ConsentNotice): Promise<ConsentResult>;
}

type PreferenceSettings = Pick<Settings, "application" | "publicUrl" | "linkSecrets" | "send" | "email" | "categories">;

export function preferences(
  settings: PreferenceSettings,
  { suppressions, consents }: Pick<LazyParts, "suppressions" | "consents">,
  catalog: () => Promise<Catalog>,
): Preferences {
  const tokens = linkTokensOf(settings);

  const choicesOf = async (subject: LinkSubject): Promise<ReaderChoices> => {
    const place = { channel: "email", address: subject.address } as const;
    const [{ subscribers }, entries, said] = await Promise.all([catalog(), suppressions().of(place), consents().of(place)]);
    const sent = subscribers.flatMap(({ routes }) => routes.filter(({ channel }) => channel === "email").map(categoryOf));
    const names = [...new Set([...sent, subject.category])].filter((name) => name !== undefined).toSorted();
    const stopped = entries.find(({ category }) => category === undefined);
    const categories = names.map((name) => categoryView(name, settings, entries));
    const own = categories.find(({ name }) => name === subject.category);
    return {
      sender: settings.email?.from.name || titleOf(settings.application),
      address: subject.address,
      ...(own === undefined ? {} : { category: own }),
      categories,
      ...(stopped === undefined ? {} : { stopped: stopped.source === readerSource ? "by the reader" : "otherwise" }),
      consents: said.map(consentView),
    };
  };

  const choose: Preferences["choose"] = async (token, { categories = {}, startAgain = false, said }) => {
    const subject = tokens?.read(token);
    if (subject === undefined) return undefined;
    const before = await choicesOf(subject);
    const notice = { kind: "consent", channel: "email", provider: "busbar", address: subject.address, said } as const;
    if (startAgain && before.stopped === "by the reader") await consents().apply({ ...notice, eventId: randomUUID(), wish: "in" });
    const changed = before.categories.filter(({ name, wanted }) => Object.hasOwn(categories, name) && categories[name] !== wanted);
    for (const { name: category, wanted } of changed)
      await consents().apply({ ...notice, eventId: randomUUID(), wish: wanted ? "out" : "in", category });
    return changed.length === 0 && !startAgain ? before : choicesOf(subject);
  };

  return {
    takesKnownLinks: takesKnownLinks(settings),
    async read(token) {
      const subject = tokens?.read(token);
      return subject && choicesOf(subject);
    },
    choose,
    async unsubscribe(token, said) {
      const category = tokens?.read(token)?.category;
      return category === undefined ? undefined : choose(token, { categories: { [category]: false }, said });
    },
    apply: (notice) => consents().apply(notice),
  };
}

function categoryView(name: string, { categories }: PreferenceSettings, entries: readonly Suppression[]): ReaderCategory {
  const { title = titleOf(name), description } = categories[name] ?? {};
  return {
    name,
    title,
    ...(description === undefined ? {} : { description }),
    wanted: !entries.some(({ category }) => category === name),
  };
}

/** `rank-updates` as `Rank updates`. */
function titleOf(name: string): string {
  const words = name.replaceAll(/[._-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
