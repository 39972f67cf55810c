import { emailTemplate } from "busbar";
import * as z from "zod";

export const welcomeEmail = emailTemplate({
  name: "welcome",
  data: z.object({ name: z.string() }),
  subject: "Welcome, {{name}}",
  mjml: `<mjml lang="en">
  <mj-head>
    <mj-preview>Everything is ready for you.</mj-preview>
    <mj-attributes>
      <mj-all font-family="-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif" />
      <mj-text color="#3f3f46" font-size="16px" line-height="26px" />
    </mj-attributes>
  </mj-head>
  <mj-body width="560px" background-color="#f5f5f3">
    <mj-section background-color="#ffffff" border-radius="16px" padding="32px 16px">
      <mj-column>
        <mj-text color="#18181b" font-size="26px" line-height="34px" font-weight="700">Welcome, {{name}}</mj-text>
        <mj-text>It is good to have you here. Everything is ready for you.</mj-text>
        <mj-button href="https://example.com/start" align="left" background-color="#0b6e5b" border-radius="10px">Begin</mj-button>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>`,
  text: `Welcome, {{name}}.

It is good to have you here. Everything is ready for you: https://example.com/start
`,
  example: { name: "Ananya Deshpande" },
});
