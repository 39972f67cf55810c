/** This machine does not allow a scenario, which is then not run. */
export class NotHere extends Error {
  override readonly name = "NotHere";
}
