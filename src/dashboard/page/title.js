import { channelWords, providerName } from "./words.js";

const longest = 160;

/** What a message is called: a webhook by where it goes, the others by their subject or how their text begins. */
export function titleOf({ channel, subject, excerpt, text, to }) {
  if (channel === "webhook") return placeOf(to[0] ?? "");
  return subject || excerpt || text?.slice(0, longest) || (channel === "email" ? "(no subject)" : "(no text)");
}

/** What the reader is headed with: what stands on a phone stands below, in full. */
export function headingOf(message) {
  const { channel, to } = message;
  return ["sms", "whatsapp"].includes(channel) ? `${channelWords[channel]} to ${to.join(", ")}` : titleOf(message);
}

/** Whom a message is for, short enough for a list. Of a browser's subscription that is its push service, of a token its end. */
export function recipientText({ channel, to }) {
  return channel === "push" ? to.map(deviceText).join(", ") : to.join(", ");
}

/** Why nobody has got it, and who would have. */
export function unsentText({ insteadOf }, live) {
  const why = live ? "Not sent: the mailroom took it" : "Not sent: real sending is off";
  return insteadOf === undefined ? `${why}.` : `${why}. ${providerName(insteadOf)} would have got it.`;
}

/** What an SMS costs, as text. */
export function segmentsText({ segments, encoding, units, left }) {
  return `${segments} ${segments === 1 ? "segment" : "segments"} of ${encoding}: ${units} units, room for ${left} more`;
}

/** JSON with a line a value; other text as it is. */
export function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

/** Host and path of an address; what its query holds is for the reader. */
function placeOf(address) {
  if (!URL.canParse(address)) return address;
  const { host, pathname } = new URL(address);
  return host + pathname;
}

function deviceText(device) {
  const endpoint = /"endpoint"\s*:\s*"([^"]+)"/.exec(device)?.[1] ?? device;
  if (/^https?:/.test(endpoint) && URL.canParse(endpoint)) return `browser at ${new URL(endpoint).host}`;
  return device.length > 24 ? `device …${device.slice(-12)}` : device;
}
