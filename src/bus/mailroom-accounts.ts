/** An account that the mailroom takes, and the number that Twilio's test accounts send from. */
export const mailroomTwilioAccount = { accountSid: `AC${"0".repeat(32)}`, authToken: "mailroom", from: "+15005550006" } as const;
