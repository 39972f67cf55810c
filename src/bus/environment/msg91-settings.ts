import { type Msg91Account, msg91Problems, type Msg91Template } from "../../providers/index.ts";

const names = { authKey: "MSG91_AUTH_KEY", templates: "MSG91_TEMPLATES" } as const satisfies Record<keyof Msg91Account, string>;

type Given = Readonly<Record<string, unknown>>;

/** What is wrong with the variables of MSG91, parsed one by one; nothing where none is set. Pure. */
export function msg91SettingProblems(given: Given): readonly string[] {
  const account = partsOf(given);
  return Object.keys(account).length === 0 ? [] : msg91Problems(account, names);
}

/** The account that the variables name. Pure. */
export function msg91Of(given: Given): Msg91Account | undefined {
  const { authKey, templates = {} } = partsOf(given);
  return authKey === undefined ? undefined : { authKey, templates };
}

function partsOf(given: Given): Partial<Msg91Account> {
  const { MSG91_AUTH_KEY: authKey, MSG91_TEMPLATES: templates } = given;
  return {
    ...(authKey === undefined ? {} : { authKey: authKey as string }),
    ...(typeof templates === "object" && templates !== null
      ? { templates: templatesOf(templates as Readonly<Record<string, string>>) }
      : {}),
  };
}

/** What follows a slash names the value that is an OTP. */
function templatesOf(given: Readonly<Record<string, string>>): Msg91Account["templates"] {
  return Object.fromEntries(
    Object.entries(given).map(([name, text]): [string, string | Msg91Template] => {
      const [id = "", otp] = text.split("/");
      return [name, otp === undefined ? id : { id, otp }];
    }),
  );
}
