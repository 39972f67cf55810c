/**
 * A link into the application's own pages, for messages: the path at `FRONTEND_URL` where that is set, so that a staging system links to
 * itself, else at `home`. A path that `FRONTEND_URL` has stays in front.
 * @param path such as `/orders/KR-48213`; parts that come from data are to be encoded
 * @param home where the pages are in production, such as `https://shop.example.in`
 */
export function linkTo(path: string, home: string): string {
  const frontend = process.env["FRONTEND_URL"] ?? "";
  const base = (frontend === "" ? home : frontend).replace(/\/+$/, "");
  return `${base}/${path.replace(/^\/+/, "")}`;
}
