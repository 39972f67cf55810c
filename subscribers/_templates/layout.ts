/** Who writes: its name, and the one colour it may use. */
export interface Business {
  readonly name: string;
  /** White text on it has a contrast of at least 4.5 to 1. */
  readonly accent: string;
  /** Why its readers get mail, where a template says nothing of its own. */
  readonly reason: string;
}

export const businesses = {
  voting: { name: "Pageant", accent: "#6d3bd1", reason: "You get this because you have an account with Pageant." },
  shop: { name: "Kirana & Co.", accent: "#b4431f", reason: "You get this because you ordered from Kirana & Co." },
  wallet: { name: "Wapas", accent: "#0b6e5b", reason: "You get this because you have an account with Wapas." },
  operations: { name: "Kirana & Co. operations", accent: "#2456b8", reason: "You get this because you work on the shop's operations." },
} satisfies Record<string, Business>;

export interface Page {
  readonly business: Business;
  /** What an inbox shows after the subject. */
  readonly preheader: string;
  readonly heading: string;
  /** MJML: what stands in the column of the card, between heading and button. */
  readonly body: string;
  readonly button: { readonly label: string; readonly url: string };
  /** Why the reader gets this one. Default: the business's own words. */
  readonly reason?: string;
  /** The reader may stop these: the footer says how. Its template needs a category. */
  readonly optional?: boolean;
}

/** The page that all e-mails share: a card with a word mark, a heading, the body, one button and a footer. */
export function layout({ business, preheader, heading, body, button, reason = business.reason, optional = false }: Page): string {
  const name = escaped(business.name);
  return `<mjml lang="en" dir="ltr">
  <mj-head>
    <mj-title>${heading}</mj-title>
    <mj-preview>${preheader}</mj-preview>
    <mj-raw>
      <meta name="color-scheme" content="light dark" />
      <meta name="supported-color-schemes" content="light dark" />
    </mj-raw>
    <mj-attributes>
      <mj-all font-family="-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif" />
      <mj-text color="#3f3f46" font-size="16px" line-height="26px" padding="0 0 16px" />
      <mj-table color="#3f3f46" font-size="15px" line-height="24px" padding="8px 0 24px" />
      <mj-section padding="0" />
      <mj-column padding="0" />
    </mj-attributes>
    <mj-style>${styles(business.accent)}</mj-style>
  </mj-head>
  <mj-body width="560px" background-color="#f5f5f3">
    <mj-section padding="40px 24px 20px">
      <mj-column>
        <mj-text css-class="strong" color="#18181b" font-size="17px" font-weight="700" letter-spacing="-0.2px" padding="0"><span style="color: ${business.accent}" class="accent">&#9679;</span>&nbsp; ${name}</mj-text>
      </mj-column>
    </mj-section>
    <mj-section background-color="#ffffff" border-radius="16px" padding="40px 36px 36px" css-class="card">
      <mj-column>
        <mj-text css-class="strong" color="#18181b" font-size="26px" line-height="34px" font-weight="700" letter-spacing="-0.4px" padding="0 0 16px">${heading}</mj-text>
${body}
        <mj-button href="${button.url}" align="left" background-color="${business.accent}" color="#ffffff" border-radius="10px" font-size="16px" font-weight="600" inner-padding="14px 24px" padding="8px 0 0">${button.label}</mj-button>
      </mj-column>
    </mj-section>
    <mj-section padding="24px 24px 48px">
      <mj-column>
        <mj-text css-class="quiet" color="#71717a" font-size="13px" line-height="20px" padding="0">${escaped(reason)}<br />Questions? Just reply to this <span style="white-space: nowrap;">e-mail</span>.${optional ? wayOut : ""}</mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>`;
}

const wayOut =
  '<br /><a href="{{unsubscribeUrl}}" target="_blank" class="quiet" style="color: #71717a;">Unsubscribe from these e-mails</a> &#183; ' +
  '<a href="{{preferencesUrl}}" target="_blank" class="quiet" style="color: #71717a;">Choose which ones you get</a>';

/** A row of {@link details}: shown always, or where the data has a key. */
export type Detail = readonly [name: string, value: string] | readonly [name: string, value: string, key: string];

/** Two columns of names and values, with a hairline between rows. */
export function details(rows: readonly Detail[]): string {
  return `        <mj-table>${rows.map(detail).join("")}</mj-table>`;
}

function detail([name, value, key]: Detail): string {
  const row =
    `<tr><td class="line quiet" style="padding: 11px 16px 11px 0; border-bottom: 1px solid #ececea; color: #71717a; white-space: nowrap;">${name}</td>` +
    `<td class="line strong" align="right" style="padding: 11px 0; border-bottom: 1px solid #ececea; color: #18181b;">${value}</td></tr>`;
  return key === undefined ? row : `{{#if ${key}}}${row}{{/if}}`;
}

/** The end of every text part. */
export function textFooter(
  business: Business,
  { reason = business.reason, optional = false }: Partial<Pick<Page, "reason" | "optional">> = {},
): string {
  const out = optional ? "Unsubscribe from these e-mails: {{unsubscribeUrl}}\nChoose which ones you get: {{preferencesUrl}}\n" : "";
  return `\n-- \n${business.name}\n${reason}\nQuestions? Just reply to this e-mail.\n${out}`;
}

function styles(accent: string): string {
  return `
      :root { color-scheme: light dark; supported-color-schemes: light dark; }
      .card a { color: ${accent}; }
      @media only screen and (max-width: 480px) {
        .card > table > tbody > tr > td { padding: 28px 22px 26px !important; }
      }
      @media (prefers-color-scheme: dark) {
        body, body > div { background-color: #131315 !important; }
        .card, .card > table { background: #1f1f23 !important; }
        .card div, .card table, .card td { color: #d4d4d8 !important; }
        .strong div, .card .strong, .card .strong div { color: #fafafa !important; }
        .quiet div, .quiet a, .card .quiet, .card .quiet div { color: #a1a1aa !important; }
        .line { border-color: #34343a !important; }
        .accent { filter: brightness(1.5); }
      }
    `;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
