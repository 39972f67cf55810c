import { userInfo } from "node:os";

/** Who does it, for the time line: the account that the command runs under, and the reason that was given. */
export function byPerson(reason?: string): { readonly actor: string; readonly reason?: string } {
  return { actor: accountName(), ...(reason === undefined ? {} : { reason }) };
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container, an account may have a number and no name.
    return "command line";
  }
}
