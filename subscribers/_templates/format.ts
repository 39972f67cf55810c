const wholeRupees = new Intl.NumberFormat("en-IN", { style: "currency", currency: "INR", maximumFractionDigits: 0 });
const exactRupees = new Intl.NumberFormat("en-IN", { style: "currency", currency: "INR" });
const counts = new Intl.NumberFormat("en-IN");
const days = new Intl.DateTimeFormat("en-IN", { dateStyle: "long", timeZone: "Asia/Kolkata" });
const shortDays = new Intl.DateTimeFormat("en-IN", { day: "numeric", month: "short", timeZone: "Asia/Kolkata" });

/** `2398` → `₹2,398`; paise are shown only where there are some. */
export function rupees(amount: number): string {
  return (Number.isInteger(amount) ? wholeRupees : exactRupees).format(amount);
}

/** `2398` → `Rs 2,398`: the alphabet of SMS has no rupee sign, and one would more than halve what a segment holds. */
export function rupeesInSms(amount: number): string {
  return rupees(amount).replace("₹", "Rs ");
}

/** `124080` → `1,24,080` */
export function count(value: number): string {
  return counts.format(value);
}

/** What a friendly message calls a person. */
export function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? name;
}

/** `2025-10-18` or a time → `18 October 2025`, as India's calendar has it. */
export function day(date: string): string {
  return days.format(new Date(date));
}

/** Two dates → `1–17 October 2025`; one twice → `1 October 2025`. */
export function dayRange(from: string, to: string): string {
  // Intl sets thin spaces around the dash, which many fonts do not have.
  return days.formatRange(new Date(from), new Date(to)).replaceAll("\u2009", " ");
}

/** `2025-10-18` or a time → `18 Oct`, for messages that count their characters. */
export function shortDay(date: string): string {
  return shortDays.format(new Date(date));
}

/** `13912` → `14 KB` */
export function fileSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** `30` → `30 minutes`, `120` → `2 hours` */
export function minutes(value: number): string {
  const [amount, unit] = value % 60 === 0 ? [value / 60, "hour"] : [value, "minute"];
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}
