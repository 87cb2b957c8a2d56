/** Comment languages of the simulated markets. */
export type Language = 'id' | 'ms' | 'th' | 'vi' | 'zh' | 'ar' | 'en';

/** Invented comments, short and long, with emoji, quotes and right-to-left text, as real rooms have them. */
export const COMMENTS: Readonly<Record<Language, readonly string[]>> = {
  id: [
    'Kak spill yang nomor 3 dong',
    'Ready warna navy?',
    'udah checkout ya kak 🥰',
    'COD bisa?',
    'harganya bikin "khilaf"',
    'halo dari Makassar 👋',
  ],
  ms: [
    'Saiz L ada lagi tak?',
    'Dah bayar, bila boleh pos?',
    'murahnya harini 😍',
    'Boleh tunjuk sekali lagi?',
    'Salam dari Kota Bharu',
    'voucher tak jalan la',
  ],
  th: ['ตัวนี้ราคาเท่าไหร่คะ', 'สั่งแล้วนะคะ ❤️', 'มีสีดำไหม', 'ส่งฟรีไหมครับ', 'ขอดูใกล้ ๆ หน่อย', 'รอโปรอยู่เลย'],
  vi: [
    'Còn size M không shop?',
    'Mình đặt rồi nhé',
    'Giá tốt quá 😱',
    'Ship Đà Nẵng bao lâu vậy?',
    'Cho xem lại mẫu đầu tiên đi',
    'đẹp quá trời',
  ],
  zh: ['这款还有货吗？', '已下单，期待！', '主播好漂亮 🌸', '有優惠券嗎', '可以再介绍一下吗', '包邮吗'],
  ar: [
    'كم السعر؟',
    'طلبت قطعتين 🙏',
    'هل يوجد مقاس كبير؟',
    'التوصيل إلى الشارقة كم يوم؟',
    'لون جميل جداً',
    'أرجو الإعادة من فضلك',
  ],
  en: [
    'Is this true to size?',
    'Just ordered two!',
    'Please show the back 🙏',
    'Is the voucher still on?',
    'hello from Cebu',
    'What\'s the "best one" for beginners?',
  ],
};
