import { providerName } from "./words.js";

/**
 * The usual troubles of a provider, as faults of the mailroom (mailroom/fault.ts). SMTP has no HTTP status: 421 is its 503, and 451
 * its "not now" (RFC 5321, section 4.2). SendGrid takes what will bounce and tells of it later, so it has no bounce.
 */
export const troubles = [
  { id: "away", name: "503", says: "answers 503", fault: { status: 503 }, smtp: { says: "answers 421", fault: { smtpCode: 421 } } },
  {
    id: "busy",
    name: "429, back in 30 s",
    says: "answers 429, come back in 30 s",
    fault: { status: 429, retryAfter: "30s" },
    smtp: { says: "answers 451, try again later", fault: { smtpCode: 451 } },
  },
  { id: "hang", name: "Hangs", says: "hangs", fault: { hang: true } },
  { id: "lost", name: "Answer lost", says: "accepts, but its answer is lost", fault: { resetAfterAccept: true } },
  { id: "bounce", name: "Hard bounce", says: "answers that the address is dead", fault: { bounce: true }, not: ["sendgrid"] },
];

/** What a trouble is with this provider: its fault and its words; undefined where the provider cannot have it. */
export function troubleOf(trouble, provider) {
  if (trouble.not?.includes(provider)) return undefined;
  const { says, fault } = { ...trouble, ...(provider === "smtp" ? trouble.smtp : {}) };
  return { says, fault };
}

/** Whether a fault that waits is this trouble, whomever and however often it strikes. */
export function isTrouble({ id: _id, provider, times: _times, left: _left, to: _to, ...kind }, trouble) {
  const wanted = troubleOf(trouble, provider)?.fault;
  return wanted !== undefined && JSON.stringify(sorted(kind)) === JSON.stringify(sorted(wanted));
}

/** A fault that waits, in a sentence. */
export function faultText(fault) {
  const { provider, left } = fault;
  const usual = troubles.find((trouble) => isTrouble(fault, trouble));
  const says = usual === undefined ? kindText(fault) : troubleOf(usual, provider).says;
  const only = fault.to === undefined ? "" : `, only to ${fault.to}`;
  return `${providerName(provider)} ${says}${only}: ${leftText(left)}`;
}

function leftText(left) {
  if (typeof left !== "number") return "until it is lifted";
  return left === 1 ? "once more" : `${left} times more`;
}

/** A fault that somebody scripted otherwise than here. */
function kindText({ status, smtpCode, bounce, hang, resetAfterAccept, delay, share, stage, message }) {
  const code = status ?? smtpCode;
  const kinds = [
    code !== undefined && `answers ${code}${message === undefined ? "" : ` (${message})`}`,
    bounce && "answers that the address is dead",
    hang && "hangs",
    resetAfterAccept && "accepts, but its answer is lost",
    delay !== undefined && `answers ${typeof delay === "number" ? `${delay} ms` : delay} late`,
    stage !== undefined && `at ${stage}`,
    share !== undefined && `to ${Math.round(share * 1_000) / 10} % of the requests`,
  ];
  return kinds.filter(Boolean).join(", ");
}

function sorted(fault) {
  return Object.entries(fault).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
