namespace ModelOps.DataPrep.Mapping;

/// <summary>Words that columns' names are made of, in the languages of many shops; they hint at a field but do not settle it.</summary>
internal static class NameHints
{
    private static readonly Dictionary<string, string[]> Words = new()
    {
        [TableSchema.User] = ["user", "customer", "client", "shopper", "buyer", "member", "visitor", "kunde", "nutzer", "usuario", "utilisateur", "用户", "会员", "客户", "买家", "顾客"],
        [TableSchema.Item] = ["item", "product", "article", "sku", "asin", "artikel", "produit", "producto", "商品", "产品", "货号"],
        [TableSchema.Time] = ["time", "date", "stamp", "datum", "zeit", "fecha", "heure", "时间", "日期"],
        [TableSchema.Event] = ["event", "action", "aktion", "ereignis", "behavior", "behaviour", "事件", "行为"],
        [TableSchema.Quantity] = ["quant", "qty", "count", "menge", "anzahl", "cantidad", "数量", "件数"],
        [TableSchema.Price] = ["price", "preis", "prix", "precio", "amount", "betrag", "价格", "单价", "售价"],
        [TableSchema.Session] = ["session", "order", "invoice", "basket", "visit", "bestell", "rechnung", "commande", "pedido", "订单", "会话"],
        [TableSchema.Title] = ["title", "name", "titel", "bezeichnung", "nom", "nombre", "标题", "名称", "品名"],
        [TableSchema.Category] = ["categ", "kategorie", "genre", "warengruppe", "topic", "section", "类别", "分类", "类目", "品类"],
        [TableSchema.Availability] = ["avail", "stock", "lager", "bestand", "库存"],
        ["brand"] = ["brand", "marke", "marque", "marca", "vendor", "品牌"],
        ["description"] = ["desc", "beschreibung", "body", "描述", "详情"],
        ["link"] = ["link", "url", "链接"],
        ["image_link"] = ["image", "img", "bild", "photo", "picture", "图片"],
        ["gtin"] = ["gtin", "ean", "upc", "isbn", "barcode", "条码"],
        ["treatment"] = ["treatment", "segment", "variant", "group", "gruppe", "arm", "实验", "分组"],
        ["conversion"] = ["conver", "response", "bought", "outcome", "转化", "响应"],
        ["spend"] = ["spend", "revenue", "umsatz", "消费", "金额"],
        ["query"] = ["query", "search", "keyword", "suche", "查询", "搜索"],
        ["grade"] = ["grade", "relev", "rating", "judg", "score", "相关"],
        ["text"] = ["text", "message", "review", "content", "comment", "nachricht", "文本", "消息", "评论", "内容"],
        ["intent"] = ["intent", "label", "topic", "cat", "class", "意图", "类别"],
        ["question"] = ["question", "frage", "pregunta", "问题"],
        ["answer"] = ["answer", "antwort", "respuesta", "reply", "答案", "回答"],
        ["age"] = ["age", "alter", "年龄"],
        ["gender"] = ["gender", "sex", "geschlecht", "性别"],
        ["country"] = ["country", "land", "region", "国家", "地区"],
        ["language"] = ["lang", "sprache", "locale", "语言"],
    };

    /// <summary>1 for a recognised name, .6 for one that contains a hint, else 0.</summary>
    public static double Score(Field field, string column)
    {
        var plain = ColumnMapping.Plain(column);
        var rank = Array.FindIndex(field.Names, name => ColumnMapping.Plain(name) == plain);
        if (rank >= 0)
            return 1 - .01 * Math.Min(rank, 10);
        return Words.GetValueOrDefault(field.Name, []).Any(word => plain.Contains(word, StringComparison.Ordinal)) ? .6 : 0;
    }
}
