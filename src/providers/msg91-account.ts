/** Whose MSG91 account sends, and what our templates are called there. */
export interface Msg91Account {
  readonly authKey: string;
  /** By the names of the SMS templates. A template in another language has a name of its own, such as `otp (hi)`. */
  readonly templates: Readonly<Record<string, string | Msg91Template>>;
}

/** What a template is at MSG91, where it is registered for DLT. */
export interface Msg91Template {
  /** The id of the flow, or of the OTP template. */
  readonly id: string;
  /** The value that is a one-time password: it is sent by the OTP API. */
  readonly otp?: string | undefined;
}

const optionWords: Readonly<Record<keyof Msg91Account, string>> = { authKey: "authKey", templates: "templates" };

/**
 * What keeps an account from being used, one sentence each. The auth key is not repeated.
 * @param words what the problems call the parts; by default as the options do
 */
export function msg91Problems({ authKey, templates = {} }: Partial<Msg91Account>, words = optionWords): string[] {
  const problems: string[] = [];
  if (typeof authKey !== "string" || !/^[\w-]{1,100}$/.test(authKey))
    problems.push(`${words.authKey}: is missing, or holds more than letters, digits, - and _: copy it again`);
  for (const [name, template] of Object.entries(templates)) {
    const { id, otp } = msg91Template(template ?? "");
    // Not repeated: it may be the auth key in the wrong place.
    if (!/^[\w-]{1,100}$/.test(id)) problems.push(`${words.templates}: ${JSON.stringify(name)} has no id: letters, digits, - and _`);
    if (otp === "") problems.push(`${words.templates}: ${JSON.stringify(name)}: its otp names no value`);
  }
  return problems;
}

/**
 * One sentence for each SMS template that has no id at MSG91: for the boot of a bus where nobody else sends it.
 * @param word what the sentences call the templates; by default as the options do
 */
export function msg91TemplateProblems(
  names: readonly string[],
  { templates, word = optionWords.templates }: Pick<Msg91Account, "templates"> & { readonly word?: string | undefined },
): string[] {
  return names.filter((name) => !Object.hasOwn(templates, name)).map((name) => unknownTemplate(name, word));
}

export function unknownTemplate(name: string, word = optionWords.templates): string {
  return `template ${JSON.stringify(name)} has no id at MSG91: give it one (${word})`;
}

export function msg91Template(template: string | Msg91Template): Msg91Template {
  return typeof template === "string" ? { id: template } : template;
}
