import { describe, expect, it } from "vitest";
import { readEnvironment } from "../../src/bus/environment/environment.ts";
import { archiveProblems } from "../../src/bus/archive/archive-options.ts";
import { parseS3Address, s3AddressProblems, s3Title } from "../../src/log/archive/s3-address.ts";

describe("the address of a bucket", () => {
  it("says bucket, prefix, region and endpoint", () => {
    expect(parseS3Address("s3://shop-archive")).toEqual({
      bucket: "shop-archive",
      prefix: "",
      region: undefined,
      endpoint: undefined,
      pathStyle: false,
    });
    const minio = parseS3Address("s3://shop/a/b/?endpoint=http://127.0.0.1:9000");
    expect(minio).toEqual({ bucket: "shop", prefix: "a/b/", region: "us-east-1", endpoint: "http://127.0.0.1:9000", pathStyle: true });
    expect(s3Title(minio)).toBe("s3://shop/a/b at http://127.0.0.1:9000");
    expect(parseS3Address("s3://shop?region=auto&endpoint=https://x.example.com&pathStyle=false")).toMatchObject({
      region: "auto",
      pathStyle: false,
    });
  });

  it.each([
    ["/var/archive", /^must look like s3:/],
    ["https://bucket/x", /^must look like s3:/],
    ["s3://AKIA:secret@shop", /must hold no credentials/],
    ["s3://a", /must name a bucket/],
    ["s3://shop/a//b", /its prefix may hold/],
    ["s3://shop/a%20b", /its prefix may hold/],
    ["s3://shop?regoin=x", /knows no option "regoin": did you mean "region"/],
    ["s3://shop?region=a&region=b", /region stands in it twice/],
    ["s3://shop?region=Ap South", /region: must look like/],
    ["s3://shop?endpoint=minio:9000", /endpoint: must look like/],
    ["s3://shop?endpoint=https://u:p@x.example.com", /endpoint: must look like/],
    ["s3://shop?pathStyle=yes", /pathStyle: must be true or false/],
    ["s3://shop#x", /must have no fragment/],
  ])("%s is refused with a reason that does not repeat it", (text, reason) => {
    expect(s3AddressProblems(text)).toEqual([expect.stringMatching(reason)]);
    expect(s3AddressProblems(text).join()).not.toContain("secret");
  });

  it("is wrong beside all else that is wrong, wherever it stands", () => {
    expect(() => readEnvironment({ ARCHIVE_S3: "s3://a?regoin=x", ARCHIVE_FOLDER: "/x", PORT: "x" })).toThrow(
      /PORT: [^]*ARCHIVE_FOLDER and ARCHIVE_S3 are both set: keep one of them\n[^]*ARCHIVE_S3: must name a bucket[^]*ARCHIVE_S3: .*regoin/,
    );
    expect(readEnvironment({ ARCHIVE_S3: "s3://shop?region=x" }).archive).toEqual({ s3: "s3://shop?region=x" });
    expect(archiveProblems({ folder: "/x", s3: "s3://shop" })).toEqual(["archive: folder and s3 are both given: keep one of them"]);
    expect(archiveProblems({ s3: "x", keepInRedis: "1d" })).toEqual([
      expect.stringContaining("archive.s3: must look like"),
      'archive.keepInRedis: must be 4d or more, not "1d"',
    ]);
    expect(archiveProblems({ s3: "s3://shop" })).toEqual([]);
  });
});
