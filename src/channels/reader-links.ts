import type { EmailLinks } from "./email-content.ts";
import type { LinkSubject, LinkTokens } from "./link-tokens.ts";

/** Makes the addresses at which the reader of an e-mail says what they want. */
export interface ReaderLinks {
  urlsFor(subject: LinkSubject): EmailLinks;
}

/** @param base where the server is reached from outside, such as `https://hooks.shop.example`; a path that it has stays in front */
export function readerLinks(tokens: LinkTokens, base: string): ReaderLinks {
  const root = base.replace(/\/+$/, "");
  return {
    urlsFor(subject) {
      const token = tokens.sign(subject);
      const preferencesUrl = `${root}/preferences/${token}`;
      return subject.category === undefined ? { preferencesUrl } : { unsubscribeUrl: `${root}/unsubscribe/${token}`, preferencesUrl };
    },
  };
}
