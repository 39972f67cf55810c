import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from "fastify";
import type { RateLimiterMemory } from "rate-limiter-flexible";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Bus } from "../bus/bus.ts";
import type { ReaderCategory, ReaderChoices } from "../bus/preferences.ts";
import { readForm, type ReaderForm } from "./reader-form.ts";
import { notNow, sendReaderPage, tooOften, wrongForm, wrongLink } from "./reader-answers.ts";
import { askPage, fields, oneClickValue, preferencesPage, type ReaderPage, unsubscribedPage } from "./reader-page.ts";
import { within } from "../base/within.ts";

export interface ReaderRoutesOptions {
  readonly bus: Pick<Bus, "preferences">;
  /** The server listens on loopback. */
  readonly local: boolean;
  readonly logger: Logger;
}

/** A reader waits this long for Redis before they are told to come back, milliseconds. */
const answerMs = 5_000;
const longestBody = 16 * 1_024;
/** So often a minute a form of one link is taken: a mail program sends one, and a person a few. */
const oftenest = { points: 20, duration: 60 } as const;

interface WithToken {
  readonly Params: { readonly token: string };
}

type Answer = (request: FastifyRequest<WithToken>) => Promise<ReaderPage>;

/**
 * Where the readers of e-mails say what they want. The links hold a token (channels/link-tokens.ts).
 *
 * | address | what |
 * |---|---|
 * | `GET /unsubscribe/:token` | asks, and changes nothing |
 * | `POST /unsubscribe/:token` | unsubscribes from the category of the e-mail: RFC 8058, for mail programs and for the page's button |
 * | `GET /preferences/:token` | the categories, and what the reader has chosen |
 * | `POST /preferences/:token` | chooses |
 */
export function readerRoutes(app: FastifyInstance, { bus, local, logger }: ReaderRoutesOptions): void {
  const { takesKnownLinks } = bus.preferences;
  if (takesKnownLinks && !local)
    logger.warn({}, "there is no LINK_SECRET, so everybody can make links to unsubscribe: they are taken on loopback only");

  let limiter: Promise<RateLimiterMemory> | undefined;
  const isTooOften = async (token: string): Promise<boolean> => {
    limiter ??= import("rate-limiter-flexible").then(({ RateLimiterMemory }) => new RateLimiterMemory(oftenest));
    return (await limiter).consume(token).then(
      () => false,
      () => true,
    );
  };

  const choicesOf = async (token: string): Promise<ReaderChoices | undefined> =>
    takesKnownLinks && !local ? undefined : bus.preferences.read(token);

  const answered =
    (answer: Answer) =>
    async (request: FastifyRequest<WithToken>, reply: FastifyReply): Promise<FastifyReply> =>
      sendReaderPage(reply, await within(answerMs, answer(request)));

  const options: RouteShorthandOptions = {
    bodyLimit: longestBody,
    errorHandler(error, _request, reply) {
      const { statusCode = 500 } = error;
      if (statusCode >= 500) logger.warn({ error: messageOf(error) }, "a page for readers could not be made");
      void sendReaderPage(reply, statusCode >= 500 ? notNow : wrongForm);
    },
  };

  const changing = (change: (form: ReaderForm, token: string, choices: ReaderChoices) => Promise<ReaderPage>): Answer => {
    return async ({ params: { token }, body, headers }) => {
      const choices = await choicesOf(token);
      if (choices === undefined) return wrongLink;
      const form = await readForm(body, headers["content-type"]);
      if (form === undefined) return wrongForm;
      return (await isTooOften(token)) ? tooOften : change(form, token, choices);
    };
  };

  app.get<WithToken>(
    "/unsubscribe/:token",
    options,
    answered(async ({ params: { token } }) => {
      const choices = await choicesOf(token);
      if (choices === undefined || !hasCategory(choices)) return wrongLink;
      return choices.category.wanted ? askPage(choices, token) : unsubscribedPage(choices, token);
    }),
  );

  app.post<WithToken>(
    "/unsubscribe/:token",
    options,
    answered(
      changing(async (form, token) => {
        if (form.get(fields.oneClick) !== oneClickValue) return wrongForm;
        const said = form.get(fields.page) === undefined ? "one click in the mail program" : "on the unsubscribe page";
        const after = await bus.preferences.unsubscribe(token, said);
        return after === undefined || !hasCategory(after) ? wrongLink : unsubscribedPage(after, token);
      }),
    ),
  );

  app.get<WithToken>(
    "/preferences/:token",
    options,
    answered(async ({ params: { token } }) => {
      const choices = await choicesOf(token);
      return choices === undefined ? wrongLink : preferencesPage(choices, { saved: false });
    }),
  );

  app.post<WithToken>(
    "/preferences/:token",
    options,
    answered(
      changing(async (form, token) => {
        const wanted = form.get(fields.none) === undefined ? form.all(fields.wanted) : [];
        const categories = Object.fromEntries(form.all(fields.shown).map((name) => [name, wanted.includes(name)]));
        const startAgain = form.get(fields.again) !== undefined;
        if (Object.keys(categories).length === 0 && !startAgain) return wrongForm;
        const after = await bus.preferences.choose(token, { categories, startAgain, said: "on the preferences page" });
        return after === undefined ? wrongLink : preferencesPage(after, { saved: true });
      }),
    ),
  );
}

function hasCategory(choices: ReaderChoices): choices is ReaderChoices & { readonly category: ReaderCategory } {
  return choices.category !== undefined;
}
