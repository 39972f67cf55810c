import { EventEmitter } from "eventemitter3";
import type { Bus } from "../bus/bus.ts";
import { observationNames } from "../define/observation.ts";

/** A bus that can be put in another's place while those who watch and ask go on with it. */
export interface SwitchableBus extends Bus {
  /** Stops the bus that runs, and goes on with another, which is started. */
  switchTo(next: Bus): Promise<void>;
}

/** Hands everything on to the bus that is the current one. */
export function switchableBus(first: Bus): SwitchableBus {
  const emitter = new EventEmitter();
  let current = first;
  const watch = (bus: Bus): void => {
    for (const name of observationNames) bus.on(name, (fact) => void emitter.emit(name, fact));
  };
  watch(first);
  return {
    get publishEvent() {
      return current.publishEvent;
    },
    get inspect() {
      return current.inspect;
    },
    get deadLetters() {
      return current.deadLetters;
    },
    get deliveries() {
      return current.deliveries;
    },
    get suppressions() {
      return current.suppressions;
    },
    get preferences() {
      return current.preferences;
    },
    get channels() {
      return current.channels;
    },
    get subscribers() {
      return current.subscribers;
    },
    get schedules() {
      return current.schedules;
    },
    get outbox() {
      return current.outbox;
    },
    get callbacks() {
      return current.callbacks;
    },
    get publish() {
      return current.publish;
    },
    example: (topicName) => current.example(topicName),
    testMessage: (topicName, options) => current.testMessage(topicName, options),
    start: (options) => current.start(options),
    connect: () => current.connect(),
    stop: () => current.stop(),
    check: () => current.check(),
    catalog: () => current.catalog(),
    erase: (options) => current.erase(options),
    audit: (selection) => current.audit(selection),
    stats: () => current.stats(),
    spool: () => current.spool(),
    get archive() {
      return current.archive;
    },
    get replays() {
      return current.replays;
    },
    replay: (options) => current.replay(options),
    ready: () => current.ready(),
    on: (name, listener) => void emitter.on(name, listener),
    off: (name, listener) => void emitter.off(name, listener),
    async switchTo(next) {
      const last = current;
      await last.stop();
      watch(next);
      current = next;
      await next.start();
    },
  };
}
