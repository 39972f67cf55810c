import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ReaderCategory, ReaderChoices } from "../bus/preferences.ts";
import type { ConsentView } from "../bus/consent-view.ts";
import { type Html, html } from "./html.ts";

/** A page for those who read the messages of our users: no script, nothing loaded, no name of ours. */
export interface ReaderPage {
  readonly status: number;
  readonly body: string;
}

const style = readFileSync(new URL("./reader-page.css", import.meta.url), "utf8");

/** What every such page is sent with. It stays out of caches, of search engines, and of what other sites are told. */
export const readerHeaders = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": [
    "default-src 'none'",
    `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-robots-tag": "noindex, nofollow",
} as const;

/** The fields of the forms. One click is that of RFC 8058, which mail programs send too. */
export const fields = {
  oneClick: "List-Unsubscribe",
  page: "from",
  shown: "shown",
  wanted: "wanted",
  again: "again",
  none: "none",
} as const;
export const oneClickValue = "One-Click";

/** Asks before it changes anything: mail programs and virus scanners open links by themselves. */
export function askPage({ sender, address, category }: ReaderChoices & { readonly category: ReaderCategory }, token: string): ReaderPage {
  return page(
    { title: `Unsubscribe from “${category.title}”`, sender },
    html`<h1>Unsubscribe from “${category.title}”?</h1>
      <p>
        ${sender} will send no more of these e-mails to ${masked(address)}. Messages that you need, such as those about your account, still
        come.
      </p>
      <form method="post">
        <input type="hidden" name="${fields.oneClick}" value="${oneClickValue}" /><input type="hidden" name="${fields.page}" value="page" />
        <button>Unsubscribe</button>
      </form>
      ${choiceLink(token)}`,
  );
}

export function unsubscribedPage(
  { sender, address, category }: ReaderChoices & { readonly category: ReaderCategory },
  token: string,
): ReaderPage {
  return page(
    { title: "You are unsubscribed", sender },
    html`<h1>You are unsubscribed</h1>
      <p>No more “${category.title}” will be sent to ${masked(address)}. One that is on its way already may still arrive.</p>
      <form method="post" action="../preferences/${token}">
        <input type="hidden" name="${fields.shown}" value="${category.name}" /><input
          type="hidden"
          name="${fields.wanted}"
          value="${category.name}"
        />
        <button class="quiet">Subscribe again</button>
      </form>
      ${choiceLink(token)}`,
  );
}

/** @param saved it answers a form */
export function preferencesPage(
  { sender, address, categories, stopped, consents }: ReaderChoices,
  { saved }: { readonly saved: boolean },
): ReaderPage {
  return page(
    { title: `Your e-mails from ${sender}`, sender },
    html`<h1>Which e-mails do you want?</h1>
      <p>For ${masked(address)}. Messages that you need, such as those about your account, always come.</p>
      ${saved ? html`<p class="done" role="status">Your choice is saved.</p>` : undefined}
      ${stopped === undefined ? choiceForm(categories) : stoppedForm(stopped)} ${history(consents, categories)}`,
  );
}

/** A page that says what went wrong, and what to do. */
export function readerProblem(status: number, title: string, text: string): ReaderPage {
  return page(
    { status, title },
    html`<h1>${title}</h1>
      <p>${text}</p>`,
  );
}

function choiceForm(categories: readonly ReaderCategory[]): Html {
  if (categories.length === 0) return html`<p>There is nothing to choose: no other e-mails are sent.</p>`;
  return html`<form method="post">
    <fieldset>
      <legend>Send me</legend>
      ${categories.map(choice)}
    </fieldset>
    <div class="buttons">
      <button>Save</button
      >${categories.some(({ wanted }) => wanted) ? html`<button class="quiet" name="${fields.none}" value="yes">None of these</button>` : undefined}
    </div>
  </form>`;
}

function choice({ name, title, description, wanted }: ReaderCategory): Html {
  return html`<label
    ><input type="checkbox" name="${fields.wanted}" value="${name}" ${wanted ? html`checked` : undefined} /><span>${title}</span>${
      description === undefined ? undefined : html`<span class="soft">${description}</span>`
    }<input type="hidden" name="${fields.shown}" value="${name}"
  /></label>`;
}

function stoppedForm(stopped: NonNullable<ReaderChoices["stopped"]>): Html {
  if (stopped === "otherwise")
    return html`<p>At the moment, no e-mail at all is sent to this address. To change that, write to the sender from it.</p>`;
  return html`<p>You have asked for no e-mail at all.</p>
    <form method="post"><button name="${fields.again}" value="yes">Send me e-mails again</button></form>`;
}

function history(consents: readonly ConsentView[], categories: readonly ReaderCategory[]): Html | undefined {
  if (consents.length === 0) return undefined;
  const line = ({ wish, category, said, at }: ConsentView): Html => {
    const what = category === undefined ? "All e-mails" : (categories.find(({ name }) => name === category)?.title ?? category);
    return html`<li>${what}: ${wish === "out" ? "no more" : "wanted again"}, <time datetime="${at}">${dateText(at)}</time> (${said})</li>`;
  };
  return html`<details>
    <summary>What you have said before</summary>
    <ul>
      ${consents.map(line)}
    </ul>
  </details>`;
}

function choiceLink(token: string): Html {
  return html`<p class="soft"><a href="../preferences/${token}">Choose which e-mails you want</a></p>`;
}

function page(
  { title, sender, status = 200 }: { readonly title: string; readonly sender?: string; readonly status?: number },
  body: Html,
): ReaderPage {
  const { html: text } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${{ html: `<style>${style}</style>` }}
      </head>
      <body>
        <main>${sender === undefined ? undefined : html`<p class="sender">${sender}</p>`} ${body}</main>
      </body>
    </html> `;
  return { status, body: text };
}

/** Whoever was forwarded a mail need not see the whole of it. */
function masked(address: string): string {
  const at = address.lastIndexOf("@");
  // The word joiner keeps a line from ending after the dots.
  return `${Array.from(address.slice(0, at)).slice(0, 2).join("")}…\u2060${address.slice(at)}`;
}

function dateText(at: string): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }).format(new Date(at)).concat(" UTC");
}
