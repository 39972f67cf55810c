/** What a message is called: a webhook by where it goes, the others by their subject or how their text begins. */
export function titleOf({ provider, subject, excerpt, text, to }) {
  if (provider === "webhook") return placeOf(to[0] ?? "");
  return subject || excerpt || text?.slice(0, 160) || "(no subject)";
}

/** What the reader is headed with: the text of an SMS stands below, in full. */
export function headingOf(message) {
  return message.provider === "twilio" ? `SMS to ${message.to.join(", ")}` : titleOf(message);
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
