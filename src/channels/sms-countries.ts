/** The country of a number, as far as one can tell. */
export type CountryOf = (number: string) => readonly string[];

/** What is wrong with a list of countries, one sentence each. Pure. */
export function countryProblems(countries: readonly string[]): string[] {
  const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
  return countries.flatMap((code) => {
    const name = /^[A-Z]{2}$/.test(code) ? names.of(code) : undefined;
    const own = name === undefined ? undefined : new Intl.Locale(`und-${code}`).region;
    if (name === undefined || code === "ZZ")
      return [`countries: ${JSON.stringify(code)} is no country: write two capital letters, such as IN or US`];
    return own === code ? [] : [`countries: write ${own} for ${name}, not ${code}`];
  });
}

/** Why a number may not be sent to; undefined: it may. Pure. */
export function countryProblem(
  number: string,
  {
    countries,
    countryOf,
    setting = "channels.sms.countries (SMS_COUNTRIES)",
  }: {
    readonly countries: readonly string[];
    readonly countryOf: CountryOf;
    /** What names the countries. */
    readonly setting?: string;
  },
): string | undefined {
  const found = countryOf(number);
  if (found.length > 0 && found.every((country) => countries.includes(country))) return undefined;
  const where = found.length === 0 ? "a number of no country" : `a number of ${found.join(" or ")}`;
  return `${where} is not sent to: ${setting} allows ${countries.join(", ")}`;
}

let loaded: Promise<CountryOf> | undefined;

/** Loads the numbering plans of the world, at the first use. */
export function countryFinder(): Promise<CountryOf> {
  loaded ??= load();
  // What failed once may work the next time.
  loaded.catch(() => (loaded = undefined));
  return loaded;
}

async function load(): Promise<CountryOf> {
  const { parsePhoneNumberFromString } = await import("libphonenumber-js/min");
  return (number) => {
    const parsed = parsePhoneNumberFromString(number);
    if (parsed === undefined) return [];
    // Several countries share a calling code, and not every number says which.
    return parsed.country === undefined ? parsed.getPossibleCountries() : [parsed.country];
  };
}
