/** The statuses that a vendor can tell, as the buttons name them. */
const statusWords = {
  accepted: "On its way",
  delivered: "Delivered",
  read: "Read",
  bounced: "Bounced",
  failed: "Failed",
  "opted out": "Unsubscribed",
};

const fraudWords = {
  forged: { text: "Forged", hint: "signed with a wrong key" },
  altered: { text: "Altered", hint: "changed after it was signed" },
  replayed: { text: "An hour old", hint: "rightly signed, an hour ago" },
};

/** What the vendor of a message can be made to tell: each a word, and the telling that it stands for. */
export function statusButtons({ statuses, words, answers, frauds }) {
  // A receipt that is asked for is not there as long as there is nothing to say.
  const usual = frauds.length === 0 ? { ...statusWords, accepted: "Nothing yet" } : statusWords;
  // Who can write back opts out by that.
  const told = statuses.filter((status) => !(answers && status === "opted out"));
  const buttons = told.map((status) => ({ text: usual[status] ?? status, telling: { status } }));
  return words.includes("spamreport") ? [...buttons, { text: "Marked as spam", telling: { word: "spamreport" } }] : buttons;
}

/** What its reader can be made to answer. */
export function answerButtons({ answers }) {
  return answers ? ["STOP", "START"].map((answer) => ({ text: answer, telling: { answer } })) : [];
}

/** In which ways it can come; the first is the usual one. A receipt that is asked for comes in no other way but late. */
export function waysOf({ frauds }) {
  const late = { id: "late", text: "10 s late", hint: "told in ten seconds", telling: { delay: "10s" } };
  if (frauds.length === 0) return [{ id: "once", text: "Now", hint: "from now on", telling: {} }, late];
  return [
    { id: "once", text: "Once", hint: "as it is", telling: {} },
    { id: "twice", text: "Twice", hint: "the same one again", telling: { times: 2 } },
    late,
    ...frauds.map((as) => ({ id: as, ...fraudWords[as], telling: { as } })),
  ];
}

/** How a callback stands, in words. */
export function standingOf({ state, tries, answer, problem }) {
  if (state === "taken") return `taken, ${answer}`;
  if (state === "refused") return `refused, ${answer}`;
  if (state === "failed") return `${problem}, given up after ${tries === 1 ? "one try" : `${tries} tries`}`;
  return tries === 0 ? "to come" : `${problem}, trying again`;
}

/** Whether it stands well: what is forged must not be taken. Undefined while nobody knows. */
export function isWell({ state, as }) {
  if (state === "waiting") return undefined;
  return as === undefined ? state === "taken" : state === "refused";
}

/** What was told, in the vendor's own words, and in which way. */
export function tellingText({ says, as }) {
  return as === undefined ? says : `${says}, ${fraudWords[as]?.text.toLowerCase() ?? as}`;
}
