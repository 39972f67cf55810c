throw new Error("files that begin with _ are skipped");
