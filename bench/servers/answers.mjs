/** What the ceilings answer: as long as what the service answers. */
export const PROFILE = {
  id: "01234567-89ab-4cde-8f01-23456789abcd",
  username: "Ada",
  email: "ada@example.com",
  emailVerified: false,
  createdAt: new Date(0),
};
export const ACCESS_TOKEN = "a".repeat(600);
export const REFRESH_TOKEN = "r".repeat(300);
