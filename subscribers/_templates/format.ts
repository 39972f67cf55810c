const wholeRupees = new Intl.NumberFormat("en-IN", { style: "currency", currency: "INR", maximumFractionDigits: 0 });
const exactRupees = new Intl.NumberFormat("en-IN", { style: "currency", currency: "INR" });
const counts = new Intl.NumberFormat("en-IN");

/** `2398` → `₹2,398`; paise are shown only where there are some. */
export function rupees(amount: number): string {
  return (Number.isInteger(amount) ? wholeRupees : exactRupees).format(amount);
}

/** `124080` → `1,24,080` */
export function count(value: number): string {
  return counts.format(value);
}

/** What a friendly message calls a person. */
export function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? name;
}
