using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.Monitor.Quality.Migrations
{
    /// <inheritdoc />
    public partial class ShopperKeys : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // They are under a hash that anybody could make; with the key they would be under another.
            migrationBuilder.Sql("DELETE FROM shopper_minutes");

            migrationBuilder.AddColumn<long>(
                name: "revision",
                table: "shopper_minutes",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "store_keys",
                columns: table => new
                {
                    store = table.Column<string>(type: "text", nullable: false),
                    secret = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_store_keys", x => x.store);
                });

            migrationBuilder.CreateIndex(
                name: "ix_shopper_minutes_store_model_revision",
                table: "shopper_minutes",
                columns: new[] { "store", "model", "revision" });

            migrationBuilder.CreateIndex(
                name: "ix_shopper_minutes_store_shopper",
                table: "shopper_minutes",
                columns: new[] { "store", "shopper" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "store_keys");

            migrationBuilder.DropIndex(
                name: "ix_shopper_minutes_store_model_revision",
                table: "shopper_minutes");

            migrationBuilder.DropIndex(
                name: "ix_shopper_minutes_store_shopper",
                table: "shopper_minutes");

            migrationBuilder.DropColumn(
                name: "revision",
                table: "shopper_minutes");
        }
    }
}
