/**
 * Whether a person who says `name` means the search key at `path`, upper and lower case alike: by the whole path, its last part, or that
 * without its `Id`. So `order` means `orderId`, `email` means `customer.email`, and `user` means `user.id`. Pure.
 */
export function meansSearchKey(name: string, path: string): boolean {
  return searchNames(path).includes(name.toLowerCase());
}

/** The names of a search key, in lower case. Pure. */
export function searchNames(path: string): string[] {
  const [last = path, before] = path.split(".").toReversed();
  const thing = /^ids?$/i.test(last) ? before : last.replace(/(?:Id|ID|_id)s?$/, "");
  return [...new Set([path, last, thing ?? path].map((name) => name.toLowerCase()))];
}
