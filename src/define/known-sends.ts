/**
 * For so long it is known what was sent, milliseconds: the ledger keeps it for 96 h, an hour less here, so that nothing is forgotten on the way. Events
 * that are younger may be routed again, and nothing is sent twice.
 */
export const knownSendsMs = 95 * 3_600_000;
