import type { Logger } from "../base/logger.ts";
import { rewordedLogger } from "../base/reworded-logger.ts";
import { maskWords } from "../define/mask.ts";

/** The same logger, with every address and phone number in what it is given masked. A log is read by more people than may see those. */
export function maskingLogger(logger: Logger): Logger {
  return rewordedLogger(logger, (text) => maskWords(text));
}
