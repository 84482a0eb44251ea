//! What people are told about accounts, passwords and sign-ins.

use crate::{Refusal, Why};

fn refused(code: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Refusal {
    Refusal::new(Why::Refused, code, vi, en)
}

pub(crate) fn bad_name() -> Refusal {
    refused(
        "bad-name",
        "Tên gồm 1 đến 40 ký tự, không có ký hiệu lạ, không ghi số định danh. Hãy nhập tên khác.",
        "A name has 1 to 40 characters, no odd signs and no citizen number. Enter another one.",
    )
}

pub(crate) fn name_taken() -> Refusal {
    refused(
        "name-taken",
        "Tên này (không phân biệt chữ hoa, dấu) đã có người dùng. Hãy thêm chữ lót hoặc bộ phận.",
        "That name (accents and case aside) is taken. Add a middle name or the department.",
    )
}

pub(crate) fn bad_part() -> Refusal {
    refused(
        "bad-part",
        "Văn phòng này không có vai trò đó. Hãy chọn lại.",
        "This office has no such part. Choose again.",
    )
}

pub(crate) fn no_department() -> Refusal {
    refused(
        "no-department",
        "Chuyên viên xử lý phải thuộc một đơn vị. Hãy chọn đơn vị.",
        "A handler belongs to a department. Choose one.",
    )
}

pub(crate) fn too_many_accounts() -> Refusal {
    refused(
        "too-many-accounts",
        "Đã đủ số tài khoản cho một văn phòng.",
        "This office has all the accounts it can have.",
    )
}

pub(crate) fn last_keeper() -> Refusal {
    refused(
        "last-keeper",
        "Đây là tài khoản cuối cùng quản lý được tài khoản. Hãy giao quyền cho người khác trước.",
        "This is the last account that can keep accounts. Give another one that part first.",
    )
}

pub(crate) fn bad_password() -> Refusal {
    refused(
        "bad-password",
        "Mật khẩu phải có ít nhất 10 ký tự, không quá 128, không dễ đoán và không chứa tên tài khoản.",
        "A password has at least 10 and at most 128 characters, is not easy to guess and does not hold the name.",
    )
}

pub(crate) fn wrong_password() -> Refusal {
    refused("wrong-password", "Mật khẩu hiện tại không đúng.", "The present password is not right.")
}

/// One sentence for all that can be wrong, so that nobody learns which names exist.
pub(crate) fn not_signed_in() -> Refusal {
    refused(
        "not-signed-in",
        "Tên, mật khẩu hoặc mã xác thực không đúng. Quên mật khẩu: nhờ người quản lý tài khoản của cơ quan cấp lại.",
        "Name, password or code is not right. If it is forgotten, whoever keeps the accounts here gives a new one.",
    )
}

pub(crate) fn wait(seconds: u64) -> Refusal {
    Refusal::new(
        Why::Busy,
        "wait",
        format!("Đã thử sai nhiều lần. Hãy thử lại sau {seconds} giây."),
        format!("Too many wrong tries. Try again in {seconds} s."),
    )
}

pub(crate) fn hashing_busy() -> Refusal {
    Refusal::new(
        Why::Busy,
        "sign-in-busy",
        "Nhiều người đang đăng nhập cùng lúc. Hãy thử lại sau ít giây.",
        "Many people are signing in at once. Try again in some seconds.",
    )
}

pub(crate) fn wrong_setup_code() -> Refusal {
    refused(
        "wrong-setup-code",
        "Mã cài đặt không đúng. Xem mã trên màn hình máy chạy chương trình, hoặc chạy: hopluu account setup-code",
        "That is not the set-up code. It stands on the console of the machine; or run: hopluu account setup-code",
    )
}

pub(crate) fn set_up_already() -> Refusal {
    refused(
        "set-up-already",
        "Văn phòng này đã có tài khoản. Hãy đăng nhập, hoặc nhờ người quản lý tài khoản lập thêm.",
        "This office has accounts already. Sign in, or let whoever keeps them make another.",
    )
}

pub(crate) fn bad_first_part() -> Refusal {
    refused(
        "bad-first-part",
        "Tài khoản đầu tiên phải quản lý được tài khoản: lãnh đạo hoặc cán bộ CNTT (xã), quản trị (tỉnh).",
        "The first account must keep the others: leader or IT contact at a commune, admin at the province.",
    )
}

pub(crate) fn not_your_own() -> Refusal {
    refused(
        "no-account",
        "Việc này cần đăng nhập bằng tài khoản.",
        "This needs somebody who has signed in with an account.",
    )
}

pub(crate) fn no_totp_here() -> Refusal {
    refused(
        "no-totp-here",
        "Mã xác thực chỉ dùng ở bàn tỉnh: đồng hồ máy xã có thể sai.",
        "Codes are used at the province only: a commune's machine may not know the time.",
    )
}

pub(crate) fn wrong_code() -> Refusal {
    refused(
        "wrong-code",
        "Mã xác thực không đúng. Kiểm tra giờ của điện thoại và của máy này rồi nhập mã mới.",
        "The code is not right. Check the clocks of the telephone and of this machine, then enter a new one.",
    )
}

pub(crate) fn totp_required() -> Refusal {
    refused(
        "totp-required",
        "Vai trò này bắt buộc dùng mã xác thực, không bỏ được.",
        "This part must use codes; they cannot be taken away.",
    )
}

pub(crate) fn has_totp() -> Refusal {
    refused(
        "has-totp",
        "Tài khoản đang dùng mã xác thực. Hãy bỏ mã cũ trước khi lập mã mới.",
        "This account uses codes already. Take the old ones away before new ones are made.",
    )
}
