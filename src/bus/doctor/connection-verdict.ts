import type { Diagnosis } from "./diagnosis.ts";
import { error } from "./diagnosis.ts";

/** What a failed attempt left behind. */
export interface FailedConnection {
  /** The address as it may be shown. */
  readonly shown: string;
  /** It begins with `rediss:`. */
  readonly tls: boolean;
  /** The code of the system or of TLS, such as `ECONNREFUSED`, where there is one. */
  readonly code: string | undefined;
  readonly message: string;
  /** The port answers to the other of the two, TLS or none. */
  readonly answersOtherwise: boolean;
}

interface Rule {
  readonly when: (failed: FailedConnection) => boolean;
  readonly says: (failed: FailedConnection) => string;
  readonly fix: string;
}

const code =
  (...codes: readonly string[]) =>
  (failed: FailedConnection): boolean =>
    failed.code !== undefined && codes.includes(failed.code);
const text =
  (pattern: RegExp) =>
  (failed: FailedConnection): boolean =>
    pattern.test(failed.message);

/**
 * What is wrong, by the first rule that applies. Codes are those of Node's `dns`, `net` and `tls`; the words in capitals are the
 * prefixes of Redis' own errors (redis 7: `src/acl.c`, `src/server.c`, `src/db.c`).
 */
const rules: readonly Rule[] = [
  {
    when: ({ answersOtherwise, tls }) => answersOtherwise && !tls,
    says: ({ shown }) => `${shown} asks for TLS.`,
    fix: "Write rediss:// in REDIS_URL, or set REDIS_TLS=true.",
  },
  {
    when: ({ answersOtherwise }) => answersOtherwise,
    says: ({ shown }) => `${shown} does not speak TLS.`,
    fix: "Write redis:// in REDIS_URL, or leave REDIS_TLS out.",
  },
  {
    when: code("ENOTFOUND", "EAI_AGAIN", "EAI_FAIL"),
    says: ({ shown }) => `The host's name in ${shown} cannot be resolved.`,
    fix: "Correct the name in REDIS_URL, or look whether this machine can resolve it: getent hosts <name>.",
  },
  {
    when: code("ECONNREFUSED"),
    says: ({ shown }) => `Nothing listens at ${shown}.`,
    fix: "Start Redis there, or correct host and port in REDIS_URL; `busbar dev` without REDIS_URL brings a Redis of its own.",
  },
  {
    when: code("ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"),
    says: ({ shown }) => `The machine of ${shown} does not answer.`,
    fix: "Look at firewall, security group and allow-list of addresses between here and there.",
  },
  {
    when: (failed) => /CERT|SELF_SIGNED|UNABLE_TO_/.test(failed.code ?? ""),
    says: ({ shown, code: reason }) => `The certificate of ${shown} is not trusted (${reason}).`,
    fix: "Use the name that stands in the certificate, and give Node the authority's file: NODE_EXTRA_CA_CERTS=/path/ca.pem.",
  },
  {
    when: text(/WRONGPASS|invalid username-password pair/),
    says: ({ shown }) => `Redis at ${shown} refuses the user or the password.`,
    fix: "Correct them in REDIS_URL; characters such as @ : / # are written there as %40 %3A %2F %23.",
  },
  {
    when: text(/NOAUTH/),
    says: ({ shown }) => `Redis at ${shown} asks for a password.`,
    fix: "Write it into REDIS_URL, redis://:<password>@host:6379, or set REDIS_PASSWORD.",
  },
  {
    when: text(/NOPERM/),
    says: ({ shown }) => `The user of ${shown} may not do what busbar needs.`,
    fix: "Give it the keys of the prefix and all commands on them: ACL SETUSER <user> ~<prefix>:* +@all -@dangerous +info +keys.",
  },
  {
    when: text(/DB index|SELECT is not allowed/),
    says: ({ shown }) => `Redis at ${shown} does not have the database that the address names.`,
    fix: "Leave the number at the end of REDIS_URL out, or REDIS_DB: hosted Redis and Cluster have 0 alone.",
  },
  {
    when: text(/LOADING/),
    says: ({ shown }) => `Redis at ${shown} is still reading its data.`,
    fix: "Wait until it has, and look again.",
  },
  {
    when: text(/MASTERDOWN|READONLY/),
    says: ({ shown }) => `Redis at ${shown} is a replica.`,
    fix: "Use the address of its master.",
  },
  {
    when: text(/Protocol error|Unknown RESP type/),
    says: ({ shown }) => `What answers at ${shown} is no Redis.`,
    fix: "Correct host and port in REDIS_URL.",
  },
];

/** Why there is no connection, and what to do about it. Pure. */
export function connectionVerdict(failed: FailedConnection): Diagnosis {
  const rule = rules.find(({ when }) => when(failed));
  if (rule !== undefined) return error("connection", rule.says(failed), rule.fix);
  return error(
    "connection",
    `Redis at ${failed.shown} does not answer (${failed.message}).`,
    "Look whether it runs, and correct REDIS_URL.",
  );
}
