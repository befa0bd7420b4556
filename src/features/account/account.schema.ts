import Joi from 'joi';
import { isCommonPassword } from './common-passwords.ts';

export interface RegisterRequest {
  email: string;
  password: string;
  name: string;
}

export type LoginRequest = Pick<RegisterRequest, 'email' | 'password'>;

// No list of top-level domains: the web's is out of date the day it is shipped.
const email = Joi.string().trim().max(254).email({ tlds: false }).required();
/** No control characters: PostgreSQL stores no NUL, and nobody types the others. */
const NO_CONTROL_CHARACTERS = /^\P{Cc}*$/u;

/** At least 10 characters, at most 128 (a bound for the hash, not for people), and not one of the commonest. */
const newPassword = Joi.string()
  .min(10)
  .max(128)
  .custom((password: string, check) => (isCommonPassword(password) ? check.error('any.invalid') : password))
  .messages({ 'any.invalid': '{{#label}} is one of the commonest: choose another' })
  .required();

export const isEmail = (text: string): boolean => !email.validate(text).error;
export const isNewPassword = (text: string): boolean => !newPassword.validate(text).error;

export const registerSchema = Joi.object<RegisterRequest>({
  email,
  password: newPassword,
  name: Joi.string()
    .trim()
    .max(100)
    .allow('')
    .pattern(NO_CONTROL_CHARACTERS)
    .messages({ 'string.pattern.base': '{{#label}} must not hold control characters' })
    .default(''),
});

/** Any length of password up to the body's: what was never accepted is simply wrong. */
export const loginSchema = Joi.object<LoginRequest>({ email, password: Joi.string().required() });

export interface ChangePasswordRequest {
  currentPassword: string;
  newPassword: string;
}

export const changePasswordSchema = Joi.object<ChangePasswordRequest>({
  currentPassword: Joi.string().required(),
  newPassword,
});

/** Whoever has a password says it again: an open page is not enough to end an account. */
export const deleteAccountSchema = Joi.object<{ password?: string }>({ password: Joi.string() });

export const emptySchema = Joi.object<Record<string, never>>({});
