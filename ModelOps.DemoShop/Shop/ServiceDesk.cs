namespace ModelOps.DemoShop.Shop;

/// <summary>What customers of the demo shop wrote, in English and Chinese, with what they wanted, and what the shop answers.</summary>
internal static class ServiceDesk
{
    public const int MessagesAnIntent = 60;

    private static readonly string[] Openings = ["", "", "", "Hi, ", "Hello! ", "Hey there, ", "Good morning, ", "Excuse me: ", "Quick question: ", "Please help. "];
    private static readonly string[] Endings = ["", "", "", " Thanks!", " Thank you.", " Please.", " It is urgent.", " Best, Kim"];
    private static readonly string[] Orders = ["my order", "order 4711", "the parcel", "my package", "order 20931", "what I bought last week"];
    private static readonly string[] Goods = ["the kettle", "the yoga mat", "these gloves", "the table lamp", "my herb kit", "the throw"];

    /// <summary>An intent, the shop's answers, and what people write who have it ({order} and {goods} are filled in).</summary>
    private static readonly Topic[] Topics =
    [
        new("order_status", "delivery", new("Where is my order?", "You see it under My orders. As soon as the carrier has the parcel, you get a link to follow it."), new("我的订单到哪里了？", "在“我的订单”里可以看到。快递揽收后会有物流链接。"),
            ["where is {order}?", "{order} has not arrived yet", "can I track {order}?", "when will {order} be here?", "what is the state of {order}", "no news about {order} for days, has it been sent?", "how do I follow {order}"],
            ["我的订单到哪里了？", "包裹还没有收到", "怎么查询物流？", "订单什么时候能到", "快递一直没有更新"]),
        new("delivery_time", "delivery", new("How long does delivery take?", "In stock: one to three working days. Otherwise the product page names the day."), new("多久能送到？", "有现货的一到三个工作日送达，其他商品请看商品页上的日期。"),
            ["how long does delivery take?", "do you deliver on Saturday?", "can I get {goods} by Friday?", "is there an express delivery?", "how many days until {goods} ships", "delivery times to Austria?"],
            ["一般几天能送到？", "可以加急配送吗？", "周末送货吗", "多久发货"]),
        new("delivery_cost", "delivery", new("What does delivery cost?", "4.90 within the country, free from 49 on. Abroad: see the checkout."), new("运费是多少？", "国内 4.90，满 49 包邮；国外请看结算页。"),
            ["what does shipping cost?", "is delivery free?", "from what amount on is shipping free", "how much is postage for {goods}?", "do I pay for delivery abroad?"],
            ["运费多少？", "满多少包邮？", "寄到国外要多少钱"]),
        new("return", "returns", new("How do I send something back?", "Within 30 days, unused. Ask for a label under My orders, Return, and put the parcel into any of the carrier's boxes."), new("怎么退货？", "30 天内未使用即可退货：在“我的订单”里点“退货”获取标签，交给快递即可。"),
            ["I want to return {goods}", "how do I send {goods} back?", "{goods} does not fit, can I give it back?", "where do I get a return label", "can I return {goods} without the box?", "I changed my mind about {goods}"],
            ["我想退货", "不合适可以退吗？", "怎么申请退货", "退货地址是什么", "想把商品退回去"]),
        new("refund", "returns", new("When do I get my money back?", "Within five working days after we have your parcel, the way that you paid."), new("什么时候退款？", "收到退货后五个工作日内按原路退回。"),
            ["where is my refund?", "when do I get my money back?", "I sent {goods} back but no refund yet", "how long does a refund take", "refund for {order} is missing", "have you paid me back yet?"],
            ["退款什么时候到账？", "钱还没有退给我", "退款需要几天", "还没收到退款"]),
        new("damaged", "returns", new("It arrived broken", "We are sorry. Send us a picture within 14 days; you get a new one, or your money."), new("收到的商品坏了", "很抱歉。请在 14 天内发照片给我们，可换新或退款。"),
            ["{goods} arrived broken", "there is a scratch on {goods}", "{goods} does not work", "{goods} is defective, what now?", "a part of {goods} is missing", "{goods} came in pieces"],
            ["收到的东西是坏的", "商品有破损", "少了一个零件", "打开就不能用了", "有质量问题"]),
        new("cancel_order", "orders", new("Can I cancel?", "As long as it has not been packed: My orders, Cancel. After that, send it back when it comes."), new("可以取消订单吗？", "打包之前可以：“我的订单”里点“取消”。之后请收到后退回。"),
            ["I want to cancel {order}", "please cancel {order}", "can I still stop {order}?", "I ordered twice by mistake, cancel one", "stop {order} before it ships"],
            ["我想取消订单", "能不能不要了", "下错单了，帮我取消", "取消购买"]),
        new("change_address", "orders", new("Can I change the address?", "Until it is packed, under My orders, Change. Later only the carrier can: use the link in their message."), new("可以改地址吗？", "打包之前在“我的订单”里点“修改”；之后请用快递短信里的链接。"),
            ["I need to change the delivery address", "wrong address on {order}", "can you send {order} to my office instead?", "I have moved, please update my address", "change where {order} goes"],
            ["地址填错了", "可以改收货地址吗？", "帮我换一个地址", "我搬家了要改地址"]),
        new("payment", "payment", new("How can I pay?", "By card, PayPal, Alipay, WeChat Pay or invoice."), new("怎么付款？", "支持银行卡、PayPal、支付宝、微信支付和账单。"),
            ["how can I pay?", "do you take PayPal?", "my card was declined", "can I pay by invoice?", "payment does not go through", "is Apple Pay possible?"],
            ["可以用支付宝吗？", "怎么付款？", "付款失败了", "支持微信支付吗"]),
        new("invoice", "payment", new("Where is my invoice?", "Under My orders as a PDF, from the day that it is sent."), new("发票在哪里？", "发货当天起在“我的订单”里可下载 PDF。"),
            ["I need an invoice for {order}", "where do I find the receipt?", "can you put my company on the bill?", "please send the invoice again", "the VAT number is missing on the invoice"],
            ["可以开发票吗？", "发票在哪里下载", "需要公司抬头的发票"]),
        new("voucher", "payment", new("How do I use a voucher?", "Enter its code in the cart; one for each order."), new("优惠券怎么用？", "在购物车输入优惠码，每单一个。"),
            ["my voucher does not work", "where do I enter the discount code?", "can I use two coupons?", "is there a discount for students?", "the promo code is refused"],
            ["优惠券怎么用？", "优惠码无效", "可以叠加优惠吗", "有没有折扣"]),
        new("account", "account", new("I cannot sign in", "Ask for a new password on the sign-in page. The message comes within a minute; look into the spam folder too."), new("登录不了", "请在登录页重设密码，一分钟内会收到邮件，也请看垃圾箱。"),
            ["I forgot my password", "I cannot log in", "how do I delete my account?", "change my e-mail address", "the password reset mail does not arrive"],
            ["忘记密码了", "登录不了", "怎么注销账号？", "想换一个邮箱"]),
        new("product_question", "products", null, null,
            ["I am looking for a gift for my mother", "do you have {goods} in blue?", "which kettle would you recommend?", "can you recommend something for the garden?", "I need a lamp for the bedroom", "what would go well with {goods}?"],
            ["想买个礼物，有推荐吗？", "有蓝色的吗？", "推荐一款台灯", "有适合花园的吗"]),
        new("human", "contact", null, null,
            ["I want to talk to a person", "let me speak to somebody", "connect me with your service team", "is there a phone number?", "this is useless, give me a human"],
            ["转人工", "我要找客服", "有没有人工服务", "电话是多少"]),
        new("out_of_scope", "none", null, null,
            ["what is the weather tomorrow?", "tell me a joke", "who won the match?", "what is the capital of Peru?", "write me a poem about the sea", "how old are you?"],
            ["明天天气怎么样？", "讲个笑话", "你多大了？", "今天星期几"]),
    ];

    public static void WriteMessages(TextWriter file)
    {
        var random = new Random(31);
        file.WriteLine("text,intent,language");
        foreach (var topic in Topics)
        {
            for (var number = 0; number < MessagesAnIntent; number++)
            {
                var isChinese = number % 4 == 3;
                var text = isChinese ? Chinese(random, topic) : English(random, topic);
                file.WriteLine($"\"{text}\",{topic.Intent},{(isChinese ? "zh" : "en")}");
            }
        }
    }

    public static void WriteFaq(TextWriter file)
    {
        file.WriteLine("question,answer,category,language");
        foreach (var topic in Topics)
        {
            foreach (var (entry, language) in new[] { (topic.Answer, "en"), (topic.ChineseAnswer, "zh") })
            {
                if (entry is not null)
                    file.WriteLine($"\"{entry.Question}\",\"{entry.Text}\",{topic.Intent},{language}");
            }
        }
    }

    private static string English(Random random, Topic topic)
    {
        var said = Any(random, topic.English).Replace("{order}", Any(random, Orders), StringComparison.Ordinal).Replace("{goods}", Any(random, Goods), StringComparison.Ordinal);
        var opening = Any(random, Openings);
        if (opening.Length == 0 && random.Next(2) == 0)
            said = char.ToUpperInvariant(said[0]) + said[1..];
        return opening + said + Any(random, Endings);
    }

    private static string Chinese(Random random, Topic topic) => Any(random, ["", "", "你好，", "请问", "您好！"]) + Any(random, topic.Chinese) + Any(random, ["", "", "谢谢", "急！"]);

    private static string Any(Random random, string[] choices) => choices[random.Next(choices.Length)];

    private sealed record Topic(string Intent, string Category, Entry? Answer, Entry? ChineseAnswer, string[] English, string[] Chinese);

    private sealed record Entry(string Question, string Text);
}
