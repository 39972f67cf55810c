/** Which delivery a provider means that names a message by nothing but its own id of it. Known for 96 h. */
export interface MessageIds {
  keep(message: ProviderMessage, reference: string): Promise<void>;
  find(message: ProviderMessage): Promise<string | undefined>;
}

export interface ProviderMessage {
  readonly provider: string;
  readonly messageId: string;
}
