import { unknownOptions } from "../../define/names.ts";
import { sendgridKeyProblem, statusTableProblems } from "../../providers/index.ts";
import { type CallbackProvider, callbackProviders, type CallbacksOptions } from "../callbacks/callbacks-options.ts";

type Given = Readonly<Record<string, unknown>>;

/** What the problems call what can be set: as the options do, or as the environment. */
interface Words {
  readonly publicKey: string;
  readonly appSecret: string;
  readonly verifyToken: string;
  readonly secret: string;
  readonly authTokens: string;
}

const optionWords: Words = {
  publicKey: "callbacks.sendgrid.publicKey",
  appSecret: "callbacks.meta.appSecret",
  verifyToken: "callbacks.meta.verifyToken",
  secret: "callbacks.msg91.secret",
  authTokens: "callbacks.twilio.authTokens",
};
const variableWords: Words = {
  ...optionWords,
  publicKey: "SENDGRID_WEBHOOK_PUBLIC_KEY",
  appSecret: "META_APP_SECRET",
  verifyToken: "META_VERIFY_TOKEN",
  secret: "MSG91_CALLBACK_SECRET",
};

/** What one makes up oneself is at least so long: it is all that keeps others out. */
const fewestCharacters = 16;

/** What is wrong with the variables of callbacks; nothing where none is set. Pure. */
export function callbackProblems(given: Given): readonly string[] {
  return problemsOf(partsOf(given), variableWords);
}

/** What the environment says about callbacks. Pure. */
export function callbacksOf(given: Given): CallbacksOptions {
  return partsOf(given) as CallbacksOptions;
}

/** What is wrong with the options of callbacks, one sentence each. */
export function callbackOptionProblems(options: unknown): string[] {
  if (typeof options !== "object" || options === null) return ["callbacks: must be an object such as { sendgrid: { publicKey } }"];
  const unknown = unknownOptions(options, callbackProviders).map((problem) => `callbacks: ${problem}`);
  const tables = callbackProviders.flatMap((name) => {
    const { statuses } = (options as Partial<Record<CallbackProvider, { statuses?: unknown }>>)[name] ?? {};
    return statuses === undefined ? [] : statusTableProblems(statuses as never, `callbacks.${name}.statuses`);
  });
  return [...unknown, ...problemsOf(options, optionWords), ...tables];
}

/** What is wrong with the address that the world reaches the server at; values are not repeated. */
export function publicUrlProblem(publicUrl: unknown, word = "publicUrl"): string | undefined {
  const url = typeof publicUrl === "string" ? URL.parse(publicUrl) : null;
  const right =
    url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  return right ? undefined : `${word}: must be an address such as https://shop.example.com, without user, query and fragment`;
}

function problemsOf({ sendgrid, twilio, meta, msg91 }: CallbacksOptions, words: Words): string[] {
  const problems: string[] = [];
  const check = (word: keyof Words, right: boolean, problem: string): void => {
    if (!right) problems.push(`${words[word]}: ${problem}`);
  };
  const ofSendgrid = sendgrid?.publicKey === undefined ? undefined : sendgridKeyProblem(sendgrid.publicKey);
  check("publicKey", ofSendgrid === undefined, ofSendgrid ?? "");
  for (const token of twilio?.authTokens ?? []) check("authTokens", isSecret(token), "one is empty or holds a space or line break");
  if (meta?.appSecret !== undefined || meta?.verifyToken !== undefined) {
    const both = `give ${words.appSecret} and ${words.verifyToken}, or neither`;
    check("appSecret", isSecret(meta.appSecret), `is missing, or holds a space or line break: ${both}`);
    check(
      "verifyToken",
      isOwn(meta.verifyToken),
      `must be at least ${fewestCharacters} letters, digits, - and _ that you make up: ${both}`,
    );
  }
  if (msg91?.secret !== undefined)
    check(
      "secret",
      isOwn(msg91.secret),
      `must be at least ${fewestCharacters} letters, digits, - and _ that you make up: openssl rand -hex 24`,
    );
  return problems;
}

function isSecret(text: unknown): boolean {
  return typeof text === "string" && /^[\x21-\x7e]+$/.test(text);
}

/** Made up by the team. It stands in addresses and forms as it is. */
function isOwn(text: unknown): boolean {
  return typeof text === "string" && /^[\w-]+$/.test(text) && text.length >= fewestCharacters;
}

function partsOf(given: Given): CallbacksOptions {
  const { SENDGRID_WEBHOOK_PUBLIC_KEY: publicKey, META_APP_SECRET: appSecret, META_VERIFY_TOKEN: verifyToken } = given;
  const { MSG91_CALLBACK_SECRET: secret } = given;
  return {
    ...(publicKey === undefined ? {} : { sendgrid: { publicKey } }),
    ...(appSecret === undefined && verifyToken === undefined ? {} : { meta: { appSecret, verifyToken } }),
    ...(secret === undefined ? {} : { msg91: { secret } }),
  } as CallbacksOptions;
}
