/**
 * The commonest passwords of the published leaks that are long enough to be accepted, in lower case. Small on purpose:
 * it takes the first tries of a guesser away, and the limits on signing in take the rest.
 */
const COMMON = new Set(
  `
  0000000000 0123456789 0987654321 1029384756 1111111111 11111111111 111111111111 1122334455 112233445566
  1212121212 1231231231 123123123123 1234512345 123456123456 1234554321 12345678900 1234567890 1234567890a
  1234567890q 12345678901 123456789012 12345678910 12345678911 1234567891 123456789a 123456789q 123456789z
  123456789s 1234qwerasdf 1234qwerty 123qweasdzxc 123qwe123qwe 1357924680 1472583690 147258369a 147852369a
  1a2b3c4d5e 1q2w3e4r5t 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1qaz2wsx3edc 1qaz2wsx3edc4rfv 1qazxsw23edc 2222222222 3333333333
  5201314520 5555555555 6666666666 7777777777 7894561230 789456123a 8888888888 9876543210 987654321a 9999999999
  a123456789 a1b2c3d4e5 a1s2d3f4g5 aa12345678 aa123456789 aaaaaaaaaa abc1234567 abc123abc123 abc123456789 abcd123456
  abcd1234abcd abcde12345 abcdefghij abcdefghijk abcdefghijkl abcdefg123 access1234 admin12345 admin123456
  administrator adminadmin asd123asd123 asdasdasd1 asdasdasdasd asdf123456 asdfasdfasdf asdfghjkl1 asdfghjkl123
  asdfghjkl; asdfghjkl;' asdf1234asdf azertyuiop azerty12345 babygirl12 baseball12 baseball123 basketball basketball1
  batman12345 blahblah123 blink182182 butterfly1 butterfly12 changeme12 changeme123 charlie123 chelsea123
  chocolate1 chocolate12 computer12 computer123 correcthorsebatterystaple daniel12345 dragon12345 elizabeth1
  firstname1 flashsale1 football12 football123 freedom123 fuckyou123 fuckyou1234 gfhjkmgfhjkm google12345 hello12345
  hello123456 helloworld helloworld1 iloveyou12 iloveyou123 iloveyou1234 iloveyou12345 iloveyouforever iloveyou22
  internet123 jennifer12 jessica123 jesuschrist jordan2323 letmein123 letmein1234 letmeinnow liverpool1
  liverpool123 lovelove123 lovelovelove manchester manchester1 manutd1234 master12345 michael123 michelle12
  minecraft1 minecraft123 monkey12345 motherfucker mypassword mypassword1 mypassword123 naruto1234 newpassword
  newpassword1 nicole12345 nopassword p@ssw0rd12 p@ssw0rd123 p@ssword12 p@ssword123 pa$$word123 pakistan123 pass123456
  pass1234567 passpasspass passw0rd12 passw0rd123 passw0rd1234 password!1 password01 password10 password11 password12
  password123 password123! password1234 password12345 password123456 password1! password99 passwordpassword
  playstation playstation3 pokemon123 princess12 princess123 q1w2e3r4t5 q1w2e3r4t5y6 qazwsx12345 qazwsx123456
  qazwsxedc1 qazwsxedc123 qazwsxedcrfv qqqqqqqqqq qwe123456789 qweasd123456 qweasdzxc1 qweasdzxc123 qweqweqwe123
  qwer123456 qwerasdfzxcv qwert12345 qwerty1234 qwerty12345 qwerty123456 qwerty1234567 qwerty123qwerty qwertyqwerty
  qwertyui123 qwertyuiop qwertyuiop1 qwertyuiop12 qwertyuiop123 qwertyuiop[] qwertyuiop[]\\ samsung123 scooby1234
  secret12345 secretpassword shadow12345 snoopy1234 soccer1234 spiderman1 spiderman12 spongebob1 stampede123 starwars12
  starwars123 strawberry strawberry1 summer2024 summer2025 summer2026 sunshine12 sunshine123 superman12 superman123
  superstar1 sweetheart sweetheart1 temp123456 test123456 test12345678 testtest12 testtest123 thisisapassword
  thomas1234 tinkerbell tinkerbell1 trustno1trustno1 trustno1234 undertaker unknown123 volkswagen welcome1234
  welcome12345 welcome123 whatever12 whatever123 winter2024 winter2025 winter2026 woaini1314 woaini1314520 woaini5201314
  xxxxxxxxxx z123456789 zaq12wsxcde3 zaq1zaq1zaq1 zaq1xsw2cde3 zxc123456789 zxcvbnm123 zxcvbnm1234 zxcvbnm,./
  zxcvbnmzxcvbnm !qaz2wsx#edc 1234567890- 1234567890-= ~!@#$%^&*() !@#$%^&*() !@#$%^&*()_+
  `
    .trim()
    .split(/\s+/),
);

/** Whether a password is among the first that anybody would guess, in any case. */
export function isCommonPassword(password: string): boolean {
  return COMMON.has(password.normalize('NFKC').toLowerCase());
}
