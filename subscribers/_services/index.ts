import { type Affiliate, memoryAffiliate } from "./affiliate.ts";
import { type Files, memoryFiles } from "./files.ts";
import { type Inventory, memoryInventory } from "./inventory.ts";
import { memoryReports, type Reports } from "./reports.ts";
import { memorySupplier, type Supplier } from "./supplier.ts";
import { memorySupporters, type Supporters } from "./supporters.ts";

/** This repository's own systems, as handlers and audiences know them. */
export interface ReferenceServices {
  readonly affiliate: Affiliate;
  readonly files: Files;
  readonly inventory: Inventory;
  readonly reports: Reports;
  readonly supplier: Supplier;
  readonly supporters: Supporters;
}

/**
 * Stand-ins that live in memory and hold invented data, so that everything can be tried without a database or an account: each
 * process has its own, and a restart begins anew.
 */
export function memoryServices(): ReferenceServices {
  return {
    affiliate: memoryAffiliate(),
    files: memoryFiles(),
    inventory: memoryInventory(),
    reports: memoryReports(),
    supplier: memorySupplier(),
    supporters: memorySupporters(),
  };
}

export const services = memoryServices();
